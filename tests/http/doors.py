"""The doors of the studio without its rooms: sign-in by form, by passkey and by way of a provider, and a bare page."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from portrait_app.adapters.providers import providers_of
from portrait_app.http.auth import Doors
from portrait_app.http.cookies import signed_in
from portrait_app.http.links import Letterbox
from portrait_app.http.oidc import ProviderDoors
from portrait_app.http.passkeys import PasskeyDoors
from portrait_app.http.steps import StepDoors
from portrait_app.services import ways
from portrait_app.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.adapters.oidc import Provider
    from portrait_app.services.work import Desk
    from portrait_app.wiring import Workshop

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def app_of(desk: Desk, settings: Settings, providers: dict[str, Provider] | None = None) -> Starlette:
    """Hang the doors; `/home` and `/you` say who is behind them."""
    known = providers_of(settings) if providers is None else providers
    workshop = cast("Workshop", SimpleNamespace(desk=desk, settings=settings, providers=known))

    async def home(request: Request) -> Response:
        someone = await signed_in(request, workshop)
        async with desk.for_person(someone.owner_id) as work:
            account, mine = await work.accounts.mine(), await ways.of(work)
        keys = "".join(f"<li>{key.name}</li>" for key in mine.passkeys)
        elsewhere = "".join(f"<li>{identity.provider}: {identity.label}</li>" for identity in mine.identities)
        return HTMLResponse(
            f"<!doctype html><title>Home</title><h1>Hello, {account.name}</h1><ul>{keys}{elsewhere}</ul>"
            '<button data-passkey="add">Add a passkey</button><div class="toasts"></div>'
            '<form method="post" action="/auth/sign-out"><button>Sign out</button></form>'
            '<script src="/js/early.js"></script>'
            '<script src="/js/furniture.js"></script><script src="/js/passkey.js"></script>'
        )

    bare = Route("/", lambda _: HTMLResponse("<!doctype html><h1>Welcome</h1>"))
    return Starlette(
        routes=[
            bare,
            Route("/home", home),
            Route("/you", home),
            *Doors(lambda: workshop).routes(),
            *PasskeyDoors(lambda: workshop).routes(),
            *ProviderDoors(lambda: workshop).routes(),
            *StepDoors(lambda: workshop).routes(),
            *Letterbox(lambda: workshop).routes(),
            Mount("/", StaticFiles(directory=ASSETS)),
        ]
    )


@contextlib.asynccontextmanager
async def served(desk: Desk, folder: Path, at: socket.socket | None = None, /, **settings: Any) -> AsyncGenerator[str]:
    """Serve them on a port of this machine, which stays open where it is another's; gives the address people use."""
    with contextlib.nullcontext(at.dup()) if at else listening() as port:
        number = port.getsockname()[1]
        read = Settings.model_validate({"PORTRAIT_DATA_DIR": folder, "PORT": number, **settings})
        async with serving(app_of(desk, read), port):
            yield read.public_url


@contextlib.contextmanager
def listening() -> Generator[socket.socket]:
    """Open a port of this machine."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        yield port


@contextlib.asynccontextmanager
async def serving(app: Starlette, port: socket.socket) -> AsyncGenerator[None]:
    """Serve an app on an open port until the block ends."""
    server = _Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
    running = asyncio.create_task(server.serve(sockets=[port]))
    await server.is_up.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await running


class _Server(uvicorn.Server):
    """Says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()
