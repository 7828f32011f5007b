"""Our own worker, and a web process that serves nothing but `/api/webhook`: the real code, with its long waits short.

Begun by `tests/chaos/begin`. The front end plays no part in this, and building it would take longer than the whole run.
"""

from __future__ import annotations

import contextlib
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import uvicorn
from starlette.applications import Starlette

from portrait_app import logs
from portrait_app.adapters.replicate import gateway, outputs
from portrait_app.adapters.replicate.outward import OutwardNetwork
from portrait_app.domain.order import OrderKind
from portrait_app.house import listening
from portrait_app.http.webhook import webhook_routes
from portrait_app.services import (
    keeping,
    naming,
    pace,
    reconcile,
    settling,
    silence,
    strays,
    tidying,
    traces,
    vanished,
)
from portrait_app.settings import Settings
from portrait_app.wiring import Workshop, open_workshop

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    import httpcore

LOOKED_FOR_S = "CHAOS_LOOKED_FOR_S"
DELIVERY_PORT = "CHAOS_DELIVERY_PORT"
ENGINE_KEEPS = timedelta(seconds=20)
LIST_LAGS, ACCEPTED_WITHIN, CLOCKS_DIFFER = timedelta(seconds=2), timedelta(seconds=1), timedelta(seconds=1)


def shorten() -> None:
    """Make what is long in reality as short as the provider's time: the one place where chaos changes our own.

    Its deadlines pass after 5 s, its limits allow for 60 times as many calls.
    """
    gateway.TIMEOUT = httpx.Timeout(2, connect=1)
    settling.CALL_LASTS_S, settling.DOUBT_AFTER = 3.0, timedelta(seconds=15)
    settling.LATEST = settling.SOONEST = timedelta(seconds=1)
    traces.LIST_LAGS = settling.LIST_LAGS = LIST_LAGS
    traces.ACCEPTED_WITHIN, traces.CLOCKS_DIFFER = ACCEPTED_WITHIN, CLOCKS_DIFFER
    deadline = dict.fromkeys(OrderKind, timedelta(seconds=20))
    reconcile.DEADLINE = strays.DEADLINE = silence.DEADLINE = tidying.DEADLINE = deadline
    strays.BACK_WITHIN = dict.fromkeys(OrderKind, timedelta(seconds=25))
    naming.SETTLED_AFTER, naming.PUSHED_WITHIN = timedelta(seconds=2), timedelta(seconds=0.1)
    vanished.BELIEVED_AFTER = timedelta(seconds=2)
    reconcile.FORGOTTEN_AFTER = timedelta(seconds=3)
    keeping.ENGINE_KEEPS = ENGINE_KEEPS
    looked_for = timedelta(seconds=float(os.environ.get(LOOKED_FOR_S, "120")))
    strays.LOOKED_FOR = dict.fromkeys(OrderKind, looked_for)
    strays.ALREADY_LOOKED_FOR = timedelta(seconds=8)
    naming.LISTED_WITHIN = looked_for  # four calls are needed, of which a fifth fail, between those of all others
    for call in pace.Call:
        pace.PER_MINUTE[call] *= 60
    outputs.OutwardNetwork = Delivered


class Delivered(OutwardNetwork):
    """Where the delivery network's name leads here; every other name is looked at as ever."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if (host, port) != (outputs.HOST, 443):
            return await super().connect_tcp(host, port, timeout, local_address, socket_options)
        return await self._plain.connect_tcp("127.0.0.1", int(os.environ[DELIVERY_PORT]), timeout)


def work() -> None:
    """Do chores until told to stop."""
    from portrait_app.jobs import patience, worker  # noqa: PLC0415 -- the web process needs none of it

    patience.LONGEST_S = 5
    worker.HEARTBEAT_S, worker.STALLED_AFTER_S = 0.5, 3.0
    worker.SUSPECT_WAITS_S, worker.APART_S = 2.0, 1.0  # here pictures are gone after 20 s, not after an hour
    worker.main()


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
