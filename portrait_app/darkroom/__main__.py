"""The command that runs a darkroom on its own: any Replicate client can use it, without a key and without a network."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from portrait_app import logs
from portrait_app.darkroom.compute import EngineError
from portrait_app.darkroom.darkroom import InUse, open_darkroom
from portrait_app.darkroom.options import PORTRAIT_ENGINE, Options
from portrait_app.darkroom.server import build_app, serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portrait_app.darkroom.darkroom import Darkroom

_LAST_PORT = 65535
TOKEN_VARIABLE = "DARKROOM_TOKEN"  # noqa: S105 - a variable's name


class WorkEnded(Exception):
    """The darkroom still answers, but its jobs are no longer worked on."""


def main(argv: Sequence[str]) -> int:
    """Serve until Ctrl-C or SIGTERM.

    Args: argv: what stands on the command line after `darkroom`.
    Returns: the process's exit code.
    """
    arguments = _parser().parse_args(argv)
    os.umask(0o077)  # faces are nobody else's on this machine
    logs.set_up()
    try:
        options, known_as = _options(arguments)
        listener = _listen(options)
        asyncio.run(_serve(options, listener, known_as))
    except (InUse, EngineError, WorkEnded, OSError) as error:
        print(f"darkroom: {error}", file=sys.stderr)  # noqa: T201 - for the person who started it
        return 1
    return 0


async def _serve(options: Options, listener: socket.socket, known_as: str) -> None:
    host, port = listener.getsockname()[:2]
    reachable = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    base = options.public_url or f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{port}"
    async with open_darkroom(options, base.rstrip("/")) as darkroom:
        # Uploads wait on the disk they will stay on, not in memory that calls itself a disk.
        tempfile.tempdir = str(darkroom.shelf.temporary)
        async with serving(build_app(darkroom), listener) as stop:
            how = f"REPLICATE_BASE_URL={darkroom.wire.api} REPLICATE_API_TOKEN={known_as}"
            ready = f"darkroom: ready at {darkroom.wire.base}; point a Replicate client here: {how}"
            print(ready, flush=True)  # noqa: T201 - for the person who started it
            await _until_it_ends(darkroom, stop)


async def _until_it_ends(darkroom: Darkroom, stop: asyncio.Event) -> None:
    """Wait for the signal to stop, or for the end of the work, which comes too early whenever it comes."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([stopped, darkroom.work], return_when=asyncio.FIRST_COMPLETED)
    if not stopped.done():
        stopped.cancel()
        raise WorkEnded("Something broke that works on the jobs; the log says what. Start it again: no job is lost.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="portrait_app darkroom", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=_port, default=8787, help="port to listen on; 0 picks a free one")
    parser.add_argument("--data", type=Path, default=Path("var/darkroom"), help="folder for everything it keeps")
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="folder of the engine's model files")
    parser.add_argument(
        "--token", default=os.environ.get(TOKEN_VARIABLE), help=f"what clients must bear (or {TOKEN_VARIABLE})"
    )
    parser.add_argument("--account", default="darkroom", help="the account's user name: owner of the models made here")
    parser.add_argument("--public-url", help="what links start with, when that isn't the address listened on")
    parser.add_argument("--engine", default=PORTRAIT_ENGINE, help="another engine, as module:Class")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port: choose a number from 0 to {_LAST_PORT}")
    return int(text)


def _options(arguments: argparse.Namespace) -> tuple[Options, str]:
    """The options, and how to tell a person what the token is without saying it."""
    _make_folder(arguments.data)
    token, known_as = arguments.token, "<the token>"
    if not token:
        path = arguments.data / "token"
        token, known_as = _kept_token(path), f'"$(cat {path})"'
    fields = {name: value for name, value in vars(arguments).items() if name != "token"}
    return Options(token=token, **fields), known_as


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / "lock").touch()
    except OSError as error:
        raise OSError(f"{path} cannot be used as the data folder: {error.strerror}") from error


def _kept_token(path: Path) -> str:
    """The token of a darkroom that was given none: made once, readable by its owner only."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(f"dr_{secrets.token_urlsafe(32)}\n")
    return path.read_text().strip()


def _listen(options: Options) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        listener.close()
        raise OSError(f"{options.host}:{options.port} cannot be listened on: {error.strerror}") from error
    return listener


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
