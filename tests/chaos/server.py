"""The provider, its delivery network and the canary, each on a port: nothing that is killed takes them along."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response

from portrait_app.house.listening import free_port
from tests.certificate import certificate
from tests.chaos.api import Api
from tests.chaos.faults import Faults
from tests.chaos.news import Teller, new_secret
from tests.chaos.pictures import Outputs
from tests.chaos.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from pathlib import Path
    from typing import Any

    from starlette.types import ASGIApp, Receive, Scope, Send

    from tests.chaos.plan import Plan


class Canary:
    """A server in our own network that nobody may be led to; `hits` are the paths that were asked for."""

    def __init__(self) -> None:
        self.hits: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.hits.append(scope["path"])
            await Response("secret")(scope, receive, send)


class Running:
    """The provider while it runs: `provider` and `teller` may be read, and `do` runs something in its thread."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        port, inward = free_port(), free_port()
        secret = new_secret()
        self.teller = Teller(secret)
        self.provider = self.teller.provider = Provider(plan, f"http://127.0.0.1:{port}", self.teller.tell)
        self.provider.inward = f"http://127.0.0.1:{inward}"
        self.canary = Canary()
        self.delivery_port = free_port()
        self.certificate = folder / "replicate.delivery.pem"
        certificate(folder, "replicate.delivery")
        api, delivery = Api(self.provider, secret).routes(), Outputs(self.provider, self.provider.inward).routes()
        self._servers = [
            _server(Faults(Starlette(routes=api), self.provider), port),
            _server(Faults(Starlette(routes=delivery), self.provider), self.delivery_port, self.certificate),
            _server(self.canary, inward),
        ]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="provider", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run it in the provider's thread, and wait for it."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def stop(self) -> None:
        self.do(self.teller.close())
        for server in self._servers:
            server.should_exit = True
        self._thread.join(10)

    def _run(self) -> None:
        async def serve() -> None:
            await asyncio.gather(*(server.serve() for server in self._servers))

        with contextlib.closing(self._loop):
            self._loop.run_until_complete(serve())
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))


@contextlib.contextmanager
def provider(plan: Plan, folder: Path) -> Generator[Running]:
    """Run it; its certificate lies in the folder."""
    running = Running(plan, folder)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def _server(app: ASGIApp, port: int, certificate: Path | None = None) -> uvicorn.Server:
    # httptools gives `send` as a method of what holds the transport, which is how a connection is cut.
    config = uvicorn.Config(
        app, port=port, http="httptools", loop="asyncio", log_level="critical", access_log=False,
        lifespan="off", timeout_graceful_shutdown=1, ssl_certfile=certificate, ssl_keyfile=certificate,
    )  # fmt: skip
    return uvicorn.Server(config)
