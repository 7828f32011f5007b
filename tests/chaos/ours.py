"""Our own worker, and a web process that serves nothing but `/api/webhook`: the real code, with its long waits short.

Run as `python -m tests.chaos.ours worker|web`. The front end plays no part in this, and building it would take longer
than the whole run.
"""

from __future__ import annotations

import contextlib
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import uvicorn
from starlette.applications import Starlette

from portrait_app import logs
from portrait_app.adapters.replicate import gateway
from portrait_app.house import leash, listening
from portrait_app.http.webhook import webhook_routes
from portrait_app.services import orders
from portrait_app.settings import Settings
from portrait_app.wiring import Workshop, open_workshop

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


def shorten() -> None:
    """Make what is long in reality as short as the provider's hour."""
    gateway.TIMEOUT = httpx.Timeout(2, connect=1)
    orders.CALL_SETTLED_AFTER = timedelta(seconds=3)


def web() -> None:
    """Serve the webhook's route until told to stop."""
    settings = Settings.read()
    logs.set_up(settings.log_level)
    here: list[Workshop] = []

    @contextlib.asynccontextmanager
    async def furnished(_: Starlette) -> AsyncGenerator[None]:
        async with open_workshop(settings) as workshop:
            here.append(workshop)
            yield

    app = Starlette(routes=webhook_routes(lambda: here[0]), lifespan=furnished)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    uvicorn.Server(config).run(sockets=listening.inherited())


def main() -> None:
    """Run one of the two."""
    leash.wear()
    leash.wait_for_go()
    shorten()
    if sys.argv[1] == "web":
        web()
    else:
        from portrait_app.jobs import worker  # noqa: PLC0415 -- the web process needs none of it

        worker.main()


if __name__ == "__main__":
    main()
