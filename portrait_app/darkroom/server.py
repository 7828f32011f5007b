"""The darkroom's web server: who may ask, which address leads where, and how errors are said."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import signal
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from portrait_app.darkroom.api import account, files, jobs, listings, models, outputs, predictions, streams, trainings
from portrait_app.darkroom.api.requests import darkroom_of
from portrait_app.darkroom.problems import Problem, disk_full, not_found, unauthenticated
from portrait_app.darkroom.shelf import is_full

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.darkroom.darkroom import Darkroom

    Endpoint = Callable[[Request], Awaitable[Response]]

log = structlog.get_logger()

STOP_WITHIN_S = 1
KEEP_ALIVE_S = 75  # longer than clients keep idle connections: who closes first must not be the server

_MODEL = "/v1/models/{owner}/{name}"
_VERSION = _MODEL + "/versions/{version}"
_API: list[tuple[str, str, Endpoint]] = [
    ("GET", "/v1/account", account.get_account),
    ("GET", "/v1/hardware", account.list_hardware),
    ("GET", "/v1/webhooks/default/secret", account.get_webhook_secret),
    ("POST", "/v1/models", models.create_model),
    ("GET", "/v1/models", listings.list_models),
    ("QUERY", "/v1/models", listings.search_models),
    ("GET", _MODEL, models.get_model),
    ("PATCH", _MODEL, models.update_model),
    ("DELETE", _MODEL, models.delete_model),
    ("GET", _MODEL + "/examples", listings.list_examples),
    ("GET", _MODEL + "/readme", models.get_readme),
    ("GET", _MODEL + "/versions", models.list_versions),
    ("GET", _VERSION, models.get_version),
    ("DELETE", _VERSION, models.delete_version),
    ("POST", _VERSION + "/trainings", trainings.create_training),
    ("POST", _MODEL + "/predictions", predictions.create_prediction_of_model),
    ("POST", "/v1/predictions", predictions.create_prediction),
    ("GET", "/v1/predictions", jobs.list_predictions),
    ("GET", "/v1/predictions/{id}", jobs.get_prediction),
    ("POST", "/v1/predictions/{id}/cancel", jobs.cancel_prediction),
    ("GET", "/v1/trainings", jobs.list_trainings),
    ("GET", "/v1/trainings/{id}", jobs.get_training),
    ("POST", "/v1/trainings/{id}/cancel", jobs.cancel_training),
    ("POST", "/v1/files", files.create_file),
    ("GET", "/v1/files", files.list_files),
    ("GET", "/v1/files/{id}", files.get_file),
    ("DELETE", "/v1/files/{id}", files.delete_file),
]


def build_app(darkroom: Darkroom) -> Starlette:
    """The web application over an open darkroom."""
    routes = [Route(path, _guarded(endpoint), methods=[method]) for method, path, endpoint in _API]
    routes += [
        Route("/v1/files/{id}/download", _guarded(files.download_file, may_be_signed=True), methods=["GET"]),
        Route("/outputs/{folder}/{name}", outputs.get_output, methods=["GET"]),
        Route("/streams/{folder}", streams.stream_prediction, methods=["GET"]),
        Route("/p/{id}", jobs.show_on_the_web, methods=["GET"]),
    ]
    app = Starlette(routes=routes, exception_handlers=_HANDLERS)
    app.state.darkroom = darkroom
    app.state.stopping = asyncio.Event()  # answers that last, as streams do, end when it is set
    return app


@asynccontextmanager
async def serving(app: Starlette, listener: socket.socket) -> AsyncGenerator[asyncio.Event]:
    """Serve on an open socket for as long as the context lasts; gives an event that a signal to stop sets."""
    quiet: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False}
    limits: dict[str, Any] = {"timeout_graceful_shutdown": STOP_WITHIN_S, "timeout_keep_alive": KEEP_ALIVE_S}
    server = _Server(uvicorn.Config(app, lifespan="off", **quiet, **limits))
    stop: asyncio.Event = app.state.stopping
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    listener.listen()  # from here on connections wait in line, also before uvicorn takes the first
    task = asyncio.create_task(server.serve(sockets=[listener]))
    task.add_done_callback(lambda _: stop.set())
    try:
        yield stop
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Do nothing: what a signal means is decided by whoever runs this server."""
        yield


def _guarded(endpoint: Endpoint, *, may_be_signed: bool = False) -> Endpoint:
    """Let only bearers of the token through, or of a signed link where one will do."""

    async def guarded(request: Request) -> Response:
        darkroom = darkroom_of(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        # "Token" is how clients said it before 2024.
        knows = scheme.lower() in {"bearer", "token"} and hmac.compare_digest(
            token.strip().encode(), darkroom.options.token.encode()
        )
        if not (knows or (may_be_signed and files.is_signed(request, darkroom.options.token))):
            raise unauthenticated()
        return await endpoint(request)

    return guarded


async def _say_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _say_refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Problem(error.status_code, error.detail).response()


async def _say_not_found(_: Request, __: Exception) -> Response:
    return not_found().response()


async def _say_method_not_allowed(request: Request, _: Exception) -> Response:
    return Problem(405, f'Method "{request.method}" not allowed.', title="Method not allowed").response()


async def _say_unwritable(request: Request, error: Exception) -> Response:
    if not (is_full(error) or isinstance(error, sqlite3.OperationalError)):
        return await _say_broken(request, error)
    log.warning("disk.unwritable", error=str(error))
    return disk_full().response()


async def _say_broken(_: Request, error: Exception) -> Response:
    log.error("request.broke", exc_info=error)
    return Problem(500, "The darkroom could not answer; its log says why.", title="Internal server error").response()


_HANDLERS = {
    Problem: _say_problem,
    HTTPException: _say_refused,
    404: _say_not_found,
    405: _say_method_not_allowed,
    sqlite3.OperationalError: _say_unwritable,
    OSError: _say_unwritable,
    Exception: _say_broken,
}
