"""Every event of every State x every id of Ada's x Bob and nobody: nothing of hers changes, nothing of hers is shown.

The events are found by introspection. A new one fails here until `events.py` says what its parameters are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from structlog.testing import capture_logs

from portrait_app.domain.events import CHANNEL, News
from tests.matrix.browser import Tab, handlers, state_of
from tests.matrix.events import (
    ANY_VAR,
    FORM,
    KNOWN,
    SETVARS,
    TEXT,
    ask_as_a_page_does,
    names_a_row,
    payloads,
    takes,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from tests.matrix.conftest import Matrix
    from tests.matrix.filled import Person
    from tests.matrix.house import MatrixHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_MORE = "no_more"
PATIENCE_S = 30


@pytest.fixture(scope="module")
def listening(matrix: Matrix) -> Generator[psycopg.Connection]:
    """Hears what every transaction tells."""
    with psycopg.connect(matrix.address.conninfo(), autocommit=True) as connection:
        for channel in (CHANNEL, NO_MORE):
            connection.execute(f"LISTEN {channel}")
        yield connection


async def test_the_matrix_knows_every_event_and_its_parameters(matrix: Matrix) -> None:
    known = {name: list(parameters) for name, parameters in (KNOWN | dict.fromkeys(SETVARS, ANY_VAR)).items()}
    assert handlers() == known, "an event was added or changed: say in tests/matrix/events.py what it takes"
    matrix.counts["handlers"] = len(known)


@pytest.mark.parametrize("who", ["bob", "nobody", "an unknown cookie"])
@pytest.mark.parametrize("name", sorted([*KNOWN, *SETVARS]))
async def test_asvs_8_4_1_no_event_shows_or_changes_anything_of_ada(
    matrix: Matrix, matrix_house: MatrixHouse, listening: psycopg.Connection, name: str, who: str
) -> None:
    before, cells = matrix.prints(matrix.ada), 0
    _told_since(listening)  # of whatever was before
    with capture_logs() as logs:
        async for told, sent, asked in _all_that_is_asked(matrix, name, who):
            assert _crossed(matrix.ada, told, sent) == [], f"{name} with {sent}"
            cells += asked
            if takes(name, TEXT, FORM):
                matrix.restore(matrix.bob)  # he may have named himself after her
        news = _told_since(listening)
    assert [each for each in news if each.owner_id == matrix.ada.id] == []
    assert matrix.prints(matrix.ada) == before
    assert [chore for chore in matrix_house.queue.take() if chore[1] == matrix.ada.id] == []
    assert [line for line in logs if line["event"] == "event.failed"] == []
    matrix.counts.update({"cells": cells, "cells: handlers": cells})


def _told_since(listening: psycopg.Connection) -> list[News]:
    """Hear all that was told since the last time: it comes in the order of the transactions, and so before this one."""
    listening.execute(f"NOTIFY {NO_MORE}")
    told = list[News]()
    for notice in listening.notifies(timeout=PATIENCE_S):
        if notice.channel == NO_MORE:
            return told
        told.append(News.from_text(notice.payload))
    pytest.fail("the end of what was told was not heard")


async def _all_that_is_asked(matrix: Matrix, name: str, who: str) -> AsyncGenerator[tuple[str, str, int]]:
    """Send whatever there is of hers, in every shape; then as a page of ours would, so that it comes as far as a wall.

    Yields what the tab was told, what of hers was sent or held, and how much was asked.
    """
    token, ada = {"bob": matrix.bob.token, "nobody": "", "an unknown cookie": "guessed"}[who], matrix.ada
    tab, held = await Tab(token).open(), ""
    some = (str(ada.id), str(ada.of("trainings")[1].id), ada.keys[0])
    is_brief = name in SETVARS or who == "an unknown cookie" or takes(name, TEXT)
    for hers in some if is_brief else _asked_with(ada, name, every=who == "bob"):
        asked = list(payloads(name, hers, in_all_shapes=hers in some))
        if hers in ada.ids():  # a tab holds ids that were read as such, never any text
            await tab.hold(state_of(name), held := hers)
        yield await tab.send(name, asked, f"/gallery?model={hers}&open={hers}&id={hers}"), f"{hers} {held}", len(asked)
    if name in SETVARS:
        return
    tab = await Tab(token).open()
    for hers in ada.ids() if who == "bob" and names_a_row(name) else ada.ids()[:2]:
        yield await ask_as_a_page_does(tab, name, hers), hers, 1


async def test_asvs_8_4_1_the_operators_own_events_show_and_change_nothing_of_anybody_else(
    matrix: Matrix, matrix_house: MatrixHouse
) -> None:
    tab, bob = await Tab(matrix.ada.token).open(), matrix.bob
    one_each = [str(bob.id), *(str(bob.of(table)[0].id) for table in ("sessions", "invites", "passkeys", "trainings"))]
    async with matrix_house.workshop.jobs.open_async():  # which is asked for its health
        for name in (each for each in KNOWN if each.startswith(("AdmittingState.", "YouState."))):
            for his in one_each if names_a_row(name) else one_each[:1]:
                told = (await ask_as_a_page_does(tab, name, his)).lower()
                told = told.replace(f"{bob.word} doubt", "")  # what to look for at the engine, in words of ours
                assert _crossed(bob, told, his) == [], f"{name} with {his}"
    assert not matrix.is_changed(bob)
    matrix.restore(matrix.ada)


@pytest.mark.parametrize("room", ["CreateState", "GalleryState", "HomeState", "TrainState", "YouState"])
async def test_who_is_behind_the_tab_does_see_what_is_theirs(
    matrix: Matrix, matrix_house: MatrixHouse, room: str
) -> None:
    for person, other in ((matrix.ada, matrix.bob), (matrix.bob, matrix.ada)):
        tab = Tab(person.token)
        told = await tab.send(f"{room}.enter", [{}])
        assert _crossed(person, told) != []
        assert _crossed(other, told) == []


def _asked_with(person: Person, name: str, *, every: bool) -> list[str]:
    """Their ids: each where an event takes one from Bob, else one of each kind; and some of their words."""
    every = every and names_a_row(name)
    tables = dict.fromkeys(row.__tablename__ for row in person.rows)
    one_each = [str(getattr(person.of(table)[0], "id", person.id)) for table in tables]
    words = [person.keys[0], f"{person.word}@example.com"]
    return list(dict.fromkeys([*(person.ids() if every else one_each), *words]))


def _crossed(person: Person, told: str, sent: str = "") -> list[str]:
    """What of theirs was told, but for what was sent itself."""
    return [secret for secret in person.secrets() if secret in told and secret not in sent]
