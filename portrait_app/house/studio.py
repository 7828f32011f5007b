"""The running studio: its processes and its database, looked after until the end."""

from __future__ import annotations

import contextlib
import http.client
import time
from typing import TYPE_CHECKING, NamedTuple

from portrait_app.database.server import DiskFull
from portrait_app.house.failures import KeepsDying
from portrait_app.house.folder import last_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portrait_app.database.server import EmbeddedServer
    from portrait_app.house.child import Child

READY_WITHIN_SECONDS = 180.0
_LOOK_EVERY_SECONDS = 0.1
_PROBE_SECONDS = 2.0
ROOM_EVERY_SECONDS = 3.0
NO_ROOM = (
    "The disk is full, so the database had to stop. Nothing was lost. Free some space on the disk of {folder}: "
    "the studio then goes on by itself."
)


class Door(NamedTuple):
    """Where a process answers over HTTP once it is ready."""

    port: int
    path: str


class Studio:
    """What runs.

    Args: children: the processes, in the order they start. doors: by process name. server: the embedded database,
        when there is one. say: takes a line for the terminal.
    """

    def __init__(
        self,
        children: Sequence[Child],
        doors: dict[str, Door],
        server: EmbeddedServer | None,
        say: Callable[[str], None],
    ) -> None:
        self._children = list(children)
        self._server = server
        self._doors = doors
        self._say = say
        self._waits_for_room = False
        self._try_at = 0.0

    def start(self) -> None:
        """Start every process; those that stand on the database wait until they are let go."""
        for child in self._children:
            child.start()

    def let_go(self) -> None:
        """The database is up to date: let every process begin its work."""
        for child in self._children:
            child.let_go()

    def wait_until_ready(self) -> None:
        """Wait until every door opens.

        Raises: KeepsDying: a process ends again and again, or its door stays shut.
        """
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        shut = dict(self._doors)
        while shut:
            self.look_after()
            shut = {name: door for name, door in shut.items() if not _opens(door)}
            if shut and time.monotonic() > deadline:
                child = next(child for child in self._children if child.name in shut)
                raise KeepsDying(child.name, child.log, last_line(child.log))

    def keep(self, glance: Callable[[], None]) -> None:
        """Look after everything until interrupted, with a glance at something else each time."""
        while True:
            self.look_after()
            glance()
            time.sleep(_LOOK_EVERY_SECONDS)

    def look_after(self) -> None:
        """Start again whatever has died; while a full disk keeps the database from it, wait for room.

        Raises: KeepsDying: it does so too often. DatabaseWontStart: the database can't be brought back.
        """
        if self._server is not None and not self._server.is_running():
            if not self._brings_back(self._server):
                return  # nothing of the others can live without it: their deaths would say nothing
            for child in self._children:
                child.excuse()
        for child in self._children:
            news = child.tend()
            if news:
                self._say(news)

    def _brings_back(self, server: EmbeddedServer) -> bool:
        """Start the database again. False: its disk is full; it is tried again in a moment."""
        if self._waits_for_room and time.monotonic() < self._try_at:
            return False
        if not self._waits_for_room:
            self._say(f"The database was killed; starting it again. Its log: {server.log}")
        try:
            server.start()
        except DiskFull:
            if not self._waits_for_room:
                self._say(NO_ROOM.format(folder=server.folder))
            self._waits_for_room, self._try_at = True, time.monotonic() + ROOM_EVERY_SECONDS
            return False
        if self._waits_for_room:
            self._say("There is room again: the studio goes on.")
        self._waits_for_room = False
        return True

    def end(self) -> None:
        """End every process, the last started first asked; returns when none is left."""
        for child in reversed(self._children):
            child.ask_to_end()
        for child in reversed(self._children):
            child.end()


def _opens(door: Door) -> bool:
    """Whether something answers there over HTTP, whatever it says."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=_PROBE_SECONDS)
    with contextlib.closing(connection):
        try:
            connection.request("GET", door.path)
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(_LOOK_EVERY_SECONDS)
            return False
    return True
