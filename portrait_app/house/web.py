"""The web process: the built page, the websocket and our own routes, on one port, from one Python process."""

from __future__ import annotations

import importlib

import uvicorn
from reflex_base import constants
from reflex_base.environment import environment

from portrait_app import logs
from portrait_app.house import leash, listening
from portrait_app.house.loading import unswept
from portrait_app.settings import Settings

_LONGEST_GOODBYE_SECONDS = 3


def main() -> int:
    """Serve until SIGTERM or SIGINT; the page must have been built before."""
    settings = Settings.read()
    logs.set_up(settings.log_level)  # before any library is imported that would log in its own way
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    with unswept():
        front_door = importlib.import_module("portrait_app.portrait_app")
    application = front_door.app()
    leash.wait_for_go()
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_LONGEST_GOODBYE_SECONDS,
        )
    )
    server.run(sockets=listening.inherited() or None)
    return 0
