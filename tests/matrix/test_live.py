"""Every live channel: what is told of Ada reaches her own tabs, and no tab of anybody else, whatever it is called."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import psycopg
import pytest
from reflex_base.utils.format import json_dumps

import portrait_app
from portrait_app.database.address import Role
from portrait_app.domain.events import CHANNEL, Noun
from portrait_app.domain.happening import Happening
from portrait_app.portrait_app import app
from portrait_app.web import live
from portrait_app.web.tabs import Tabs
from tests.matrix.browser import STATES, Tab, handlers, state_of

if TYPE_CHECKING:
    from tests.matrix.conftest import Matrix
    from tests.matrix.filled import Person
    from tests.matrix.house import MatrixHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOMS = (
    *("CreateState", "DataState", "FaceState", "GalleryState", "HomeState"),
    *("PreferencesState", "TrainState", "TrashState", "YouState"),
)
NOUNS = get_args(Noun)
SOURCE = Path(portrait_app.__file__).parent
KNOWN_WAYS = {
    "database/news.py": ["LISTEN "],
    "database/session.py": ["pg_notify"],
    "web/live.py": ["emit_update("],
    "web/tab.py": [".sio"],
}
UUID = r'"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"'
IDS_ONLY = re.compile(rf'\[{UUID}, "({"|".join(NOUNS)})", {UUID}(, "({"|".join(Happening)})")?\]')


@dataclass
class Sockets:
    """The process's sockets: by tab, the cookie that each shook hands with, and what it was sent."""

    cookies: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    namespace: str = "/_event"

    @property
    def token_to_sid(self) -> dict[str, str]:
        return {tab: f"socket of {tab}" for tab in self.cookies}

    def get_environ(self, sid: str, namespace: str) -> dict[str, str]:
        return {"HTTP_COOKIE": self.cookies[sid.removeprefix("socket of ")]}

    async def emit_update(self, update: Any, token: str) -> None:
        self.told.setdefault(token, []).append(json_dumps(update))
        self.heard.set()

    def connect(self, tab: Tab, cookie: str = "") -> None:
        self.cookies[tab.ident] = cookie or tab.cookie

    def said_to(self, tab: Tab) -> str:
        return "\n".join(self.told.get(tab.ident, []))


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch, matrix_house: MatrixHouse) -> Sockets:
    made = Sockets()
    monkeypatch.setattr(app, "_event_namespace", made)
    monkeypatch.setattr(app, "sio", made)
    monkeypatch.setattr(app, "_state_manager", STATES)
    monkeypatch.setattr(live, "tabs", Tabs())
    return made


async def opened(sockets: Sockets, person: Person, room: str) -> Tab:
    tab = Tab(person.token)
    sockets.connect(tab)
    await tab.send(f"{room}.enter", [{}])
    return tab


async def empty(tab: Tab) -> None:
    """Let the tab show nothing, so that the next look at its room sends all of it anew."""
    async with STATES.modify_state(tab.state_token()) as root:
        root.reset()
        root._clean()


async def _heard(sockets: Sockets) -> None:
    """Wait until some tab is told something."""
    await sockets.heard.wait()
    sockets.heard.clear()


def of(person: Person, said: str) -> list[str]:
    return [secret for secret in person.secrets() if secret in said]


async def test_the_matrix_knows_every_way_to_tell_a_tab_and_every_channel() -> None:
    sql = r"\bLISTEN |\bNOTIFY |(?<!\"\")(?<=[\"'])(?i:listen|notify) |pg_notify"  # small letters too, no docstring's
    tells = re.compile(rf"{sql}|emit_update\(|\.sio\b|StreamingResponse|WebSocketRoute")
    found = {
        path.relative_to(SOURCE).as_posix(): sorted(said)
        for path in SOURCE.rglob("*.py")
        if "darkroom" not in path.parts and (said := [code for line in _code_of(path) for code in tells.findall(line)])
    }
    assert found == KNOWN_WAYS, "something else is told, or by another way: ask it here as somebody else"


def _code_of(path: Path) -> list[str]:
    """The lines of a file without what is said about them."""
    return [line.partition("  #")[0] for line in path.read_text().splitlines() if not line.strip().startswith("#")]


async def test_the_matrix_opens_every_room() -> None:
    rooms = {name.partition(".")[0] for name in handlers() if name.endswith(".enter")}
    assert set(ROOMS) == rooms, "a room was added: open it in tests/matrix/test_live.py"


async def test_asvs_8_4_1_what_is_told_of_ada_is_shown_in_her_tabs_alone(
    matrix: Matrix, matrix_house: MatrixHouse, sockets: Sockets
) -> None:
    hers = [await opened(sockets, matrix.ada, room) for room in ROOMS]
    his = [await opened(sockets, matrix.bob, room) for room in ROOMS]
    async with live.carrying_news(app):
        await asyncio.wait_for(_heard(sockets), 20)  # the first look, at everything of everybody
        for noun in NOUNS:
            sockets.told.clear()
            for person, tabs in ((matrix.ada, hers), (matrix.bob, his)):
                for tab in tabs:
                    await empty(tab)
                async with matrix_house.workshop.desk.for_person(person.id) as work:
                    await work.tell(noun, person.id)
            async with asyncio.timeout(20):
                for person, tabs in ((matrix.ada, hers), (matrix.bob, his)):
                    while not all(of(person, sockets.said_to(tab)) for tab in _showing(person, tabs, noun)):
                        await _heard(sockets)
            assert [of(matrix.ada, sockets.said_to(tab)) for tab in his] == [[]] * len(his)
            assert [of(matrix.bob, sockets.said_to(tab)) for tab in hers] == [[]] * len(hers)
            matrix.asked("live channels", len(hers) + len(his))


@pytest.mark.parametrize("event", ["State.hydrate", "State.hydrate_and_load"])
@pytest.mark.parametrize("room", ROOMS)
async def test_a_tab_in_which_somebody_else_signs_in_is_empty(
    matrix: Matrix, matrix_house: MatrixHouse, sockets: Sockets, room: str, event: str
) -> None:
    hers = await opened(sockets, matrix.ada, room)
    reloaded = await Tab(matrix.ada.token, ident=hers.ident).send(event, [{}])
    assert bool(of(matrix.ada, reloaded)) is bool(of(matrix.ada, "\n".join(hers.told)))  # she herself may reload it
    for cookie in (matrix.bob.token, "", "guessed"):
        await hers.send(f"{room}.enter", [{}])
        told = await Tab(cookie, ident=hers.ident).send(event, [{}])
        assert of(matrix.ada, told) == []
        matrix.counts.update({"cells": 1, "cells: live channels": 1})


async def test_a_tab_whose_session_was_ended_elsewhere_shows_nothing_when_it_comes_back(
    matrix: Matrix, matrix_house: MatrixHouse, sockets: Sockets
) -> None:
    his = await opened(sockets, matrix.bob, "YouState")
    matrix.admin.execute("UPDATE app.sessions SET revoked_at = now() WHERE owner_id = %s", [matrix.bob.id])
    assert of(matrix.bob, await his.send("State.hydrate_and_load", [{}])) == []


@pytest.mark.parametrize("ended", ["revoked_at = now()", "expires_at = now()"])
@pytest.mark.parametrize("room", ROOMS)
async def test_a_tab_whose_session_has_ended_is_emptied_led_away_and_told_nothing_more(
    matrix: Matrix, matrix_house: MatrixHouse, sockets: Sockets, room: str, ended: str
) -> None:
    his = await opened(sockets, matrix.bob, room)
    await empty(his)
    # A session that runs out tells nobody: it is asked about.
    is_told: set[Noun] | None = {"account"} if "revoked" in ended else None
    await live._show(app, matrix.bob.id, is_told)
    assert bool(of(matrix.bob, sockets.said_to(his))) is bool(of(matrix.bob, "\n".join(his.told)))
    await empty(his)
    sockets.told.clear()
    matrix.admin.execute(f"UPDATE app.sessions SET {ended} WHERE owner_id = %s".encode(), [matrix.bob.id])
    await live._show(app, matrix.bob.id, is_told)
    assert of(matrix.bob, sockets.said_to(his)) == []
    assert "page.toSignIn" in sockets.said_to(his)
    sockets.told.clear()
    for noun in NOUNS:
        await live._show(app, matrix.bob.id, {noun})
    for happening in Happening:
        await live._say(app, matrix.bob.id, happening)
    assert sockets.told == {}
    matrix.counts.update({"cells": 1, "cells: live channels": 1})


@pytest.mark.parametrize("noun", [*NOUNS, None])
async def test_a_socket_that_takes_the_name_of_adas_tab_hears_nothing(
    matrix: Matrix, matrix_house: MatrixHouse, sockets: Sockets, noun: Noun | None
) -> None:
    hers = await opened(sockets, matrix.ada, "YouState" if noun == "account" else "HomeState")
    for cookie in (f"session={matrix.bob.token}", "none=1", f"session={matrix.ada.token[:-1]}"):
        await opened_again(sockets, hers, cookie)
        await live._show(app, matrix.ada.id, None if noun is None else {noun})
        assert sockets.said_to(hers) == ""
        matrix.counts.update({"cells": 1, "cells: live channels": 1})


async def opened_again(sockets: Sockets, tab: Tab, cookie: str) -> None:
    """The tab as Ada left it, and somebody else's socket in its name, which has sent nothing yet."""
    await tab.send("HomeState.enter", [{}])
    await empty(tab)
    sockets.connect(tab, cookie)


async def test_news_on_the_wire_are_ids_and_words_of_the_trade(matrix: Matrix, matrix_house: MatrixHouse) -> None:
    with psycopg.connect(matrix.address.conninfo(Role.USER), autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        async with matrix_house.workshop.desk.for_person(matrix.bob.id) as work:
            for noun in NOUNS:
                await work.tell(noun, matrix.bob.id)
            for happening in Happening:
                await work.tell("training", matrix.bob.id, happening)
        said = [notice.payload for notice in listening.notifies(timeout=5, stop_after=len(NOUNS) + len(Happening))]
    assert len(said) == len(NOUNS) + len(Happening)
    assert [payload for payload in said if not IDS_ONLY.fullmatch(payload)] == []


def _showing(person: Person, tabs: list[Tab], noun: str) -> list[Tab]:
    """Those tabs that show news of a noun, and in which something of the person was seen when they entered."""
    rooms = [cast("type[live.Room]", state_of(f"{room}.enter")) for room in ROOMS]
    return [
        tab
        for room, tab in zip(rooms, tabs, strict=True)
        if noun in ("account", *room._nouns) and of(person, "\n".join(tab.told))
    ]
