"""Brings the whole studio up, keeps every process of it running, and takes it down again without a trace."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, TextIO

from portrait_app.database.server import EmbeddedServer
from portrait_app.doctor import what_runs
from portrait_app.house import engine, frontend, listening, models
from portrait_app.house.child import Child, run_once
from portrait_app.house.failures import NotMigrated
from portrait_app.house.folder import last_line, log_file, occupied
from portrait_app.house.post import Post
from portrait_app.house.studio import Door, Studio

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path
    from types import FrameType

    from portrait_app.settings import Settings

    Say = Callable[[str], None]

MOST_KILLED = 5  # in the middle of one start
PORTRAIT = (sys.executable, "-m", "portrait_app")


def run(settings: Settings, say: Say, *, is_dev: bool = False) -> int:
    """Run the studio until Ctrl-C, SIGTERM or a closed terminal.

    Returns: the exit code.
    Raises: PortraitError: it cannot start or go on; everything it started has ended.
    """
    began = time.monotonic()
    os.umask(0o077)  # selfies, logs and keys are nobody else's on this machine
    _on_signals(signal.default_int_handler)
    try:
        with running(settings, say, is_dev=is_dev) as studio:
            post = Post(settings.data_dir / "outbox", say)
            studio.wait_until_ready()
            for finding in what_runs(settings):
                say(f"  {finding}")
            say(f"Ready at {settings.public_url} ({time.monotonic() - began:.1f} s). Ctrl-C ends it.")
            studio.keep(post.say_new)
    except KeyboardInterrupt:
        say("Ended.")
    return 0


@contextlib.contextmanager
def running(settings: Settings, say: Say, *, is_dev: bool = False) -> Generator[Studio]:
    """Start everything in its order; end all of it on the way out."""
    folder = settings.data_dir.resolve()
    with contextlib.ExitStack() as stack:
        try:
            lock = stack.enter_context(occupied(folder))
            sockets = stack.enter_context(listening.listening(settings.host, settings.port))
            if settings.database_url is not None:
                # One that is not to be reached is said before minutes go into fetching and building.
                _migrate(folder)
            models.fetch(folder / "models", say)
            if is_dev:
                for one in sockets:
                    one.close()  # the port is free; Reflex's own server opens it itself
            else:
                frontend.build_if_changed(log_file(folder, "build"), say)
            server = _database(settings, folder, stack)
            studio = Studio(*_children(settings, folder, sockets, lock, is_dev=is_dev), server, say)
            stack.callback(studio.end)
            studio.start()
            if server is not None:
                _migrate_ours(folder, server)
            studio.let_go()
            yield studio
        finally:
            _on_signals(signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running


def _database(settings: Settings, folder: Path, stack: contextlib.ExitStack) -> EmbeddedServer | None:
    if settings.database_url is not None:
        return None
    server = EmbeddedServer(folder / "postgres")
    stack.callback(server.stop)
    server.start()
    return server


def _children(
    settings: Settings, folder: Path, sockets: list[socket.socket], lock: TextIO, *, is_dev: bool
) -> tuple[list[Child], dict[str, Door]]:
    """The processes in the order they start, and how each that has one says it is ready."""
    told = {**frontend.environment(), "PORTRAIT_DATA_DIR": str(folder), **frontend.workplaces(folder)}
    hands = [lock.fileno()]
    children: list[Child] = []
    doors = {"preview" if is_dev else "web": Door(settings.port, "/ping")}
    if engine.is_built_in(settings):
        darkroom = engine.Darkroom(folder)
        told |= darkroom.environment
        doors["darkroom"] = Door(darkroom.port, "/")
        children.append(_child("darkroom", told, folder, hands, darkroom.arguments))
    children.append(_child("worker", told, folder, hands))
    if is_dev:
        children.append(_child("preview", told | frontend.FOR_DEV, folder, hands))
    else:
        hands += [one.fileno() for one in sockets]
        children.append(_child("web", told | listening.handed_down(sockets), folder, hands))
    return children, doors


def _child(name: str, told: dict[str, str], folder: Path, hands: list[int], arguments: Sequence[str] = ()) -> Child:
    return Child(name, [*PORTRAIT, name, *arguments], told, log_file(folder, name), list(hands))


def _migrate(folder: Path) -> None:
    """Bring the database up to date, in a process of its own so that this one stays small."""
    log = log_file(folder, "migrate")
    if run_once([*PORTRAIT, "migrate"], dict(os.environ), log) != 0:
        raise NotMigrated(log, last_line(log))


def _migrate_ours(folder: Path, server: EmbeddedServer) -> None:
    """Do so with our own database, and again when it was killed in the middle: each step is whole or not at all."""
    for _ in range(MOST_KILLED):
        try:
            return _migrate(folder)
        except NotMigrated:
            if not server.start():  # it ran all the while
                raise
    return _migrate(folder)


def _on_signals(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)
