"""A disk that fills up while the studio runs stops the database, not the studio."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from portrait_app.database.server import DatabaseWontStart, DiskFull
from portrait_app.house import keeper, studio
from portrait_app.house.failures import NotMigrated
from portrait_app.house.studio import Studio

if TYPE_CHECKING:
    from portrait_app.database.server import EmbeddedServer
    from portrait_app.house.child import Child

FOLDER = Path("/data/postgres")


@dataclass
class Server:
    """A database that has died, and can't be started as often as there are failures left."""

    failures: list[Exception]
    folder: Path = FOLDER
    log: Path = FOLDER / "postgres.log"
    lives: bool = False

    def is_running(self) -> bool:
        return self.lives

    def start(self) -> bool:
        if self.failures:
            raise self.failures.pop()
        was_running, self.lives = self.lives, True
        return not was_running


@dataclass
class Tended:
    """A process that counts how often it was looked after, and whether its end would be held against it."""

    times: int = 0
    is_excused: bool = False

    def excuse(self) -> None:
        self.is_excused = True

    def tend(self) -> str | None:
        self.times += 1
        return None


@dataclass
class Kept:
    """A studio over both, and what it said in the terminal."""

    server: Server
    child: Tended = field(default_factory=Tended)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        children = [cast("Child", self.child)]
        self.studio = Studio(children, {}, cast("EmbeddedServer", self.server), self.said.append)


def test_the_studio_waits_for_room_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "ROOM_EVERY_SECONDS", 0.0)
    kept = Kept(Server([DiskFull(FOLDER) for _ in range(3)]))
    for _ in range(3):
        kept.studio.look_after()
    assert kept.child.times == 0  # whatever dies for want of the database has not died too often
    assert not kept.child.is_excused
    assert [line for line in kept.said if "disk is full" in line] == [studio.NO_ROOM.format(folder=FOLDER)]
    kept.studio.look_after()
    assert kept.server.lives
    assert kept.child.times == 1
    assert kept.child.is_excused
    assert kept.said[-1] == "There is room again: the studio goes on."
    kept.server.lives = False
    kept.studio.look_after()
    assert "was killed" in kept.said[-1]  # the next death is told of as ever


def test_a_full_disk_is_not_tried_at_every_glance() -> None:
    kept = Kept(Server([DiskFull(FOLDER) for _ in range(9)]))
    for _ in range(9):
        kept.studio.look_after()
    assert len(kept.server.failures) == 8


def test_a_database_that_is_killed_while_it_is_brought_up_to_date_is_brought_up_to_date_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, failures = Server([]), [NotMigrated(FOLDER, "killed"), NotMigrated(FOLDER, "a bad step")]

    def migrate(_: Path) -> None:
        if failures:
            raise failures.pop(0)

    monkeypatch.setattr(keeper, "_migrate", migrate)
    with pytest.raises(NotMigrated, match="a bad step"):  # by then it runs, so nobody killed it
        keeper._migrate_ours(FOLDER, cast("EmbeddedServer", server))
    server.lives, failures[:] = False, [NotMigrated(FOLDER, "killed")]
    keeper._migrate_ours(FOLDER, cast("EmbeddedServer", server))
    assert server.lives


def test_a_database_that_is_broken_still_ends_the_studio() -> None:
    kept = Kept(Server([DatabaseWontStart("bad page")]))
    with pytest.raises(DatabaseWontStart):
        kept.studio.look_after()
