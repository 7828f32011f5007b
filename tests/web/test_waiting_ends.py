"""A button that shows that it was heard is a button again afterwards, whatever went wrong: as the browser is told."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from portrait_app.database import failures
from portrait_app.services import trainings
from tests.web.test_any_browser import Browser, handlers

if TYPE_CHECKING:
    from portrait_app.services.sessions import SignedIn
    from portrait_app.services.work import Work
    from tests.builders import House

FULL = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
ENDED = "SELECT pg_terminate_backend(pg_backend_pid())"
LOCKED = "DO $$ BEGIN RAISE EXCEPTION 'locked' USING ERRCODE = 'lock_not_available'; END $$"


async def start_while(ada: SignedIn, monkeypatch: pytest.MonkeyPatch, statement: str) -> Browser:
    """Press the button while the database answers this statement so."""

    async def fails(work: Work, *_: Any, **__: Any) -> None:
        await work.session.execute(text(statement))

    monkeypatch.setattr(trainings, "start", fails)
    browser = Browser(ada.token)
    (start,) = (name for name in handlers() if name.endswith("train_state.start"))
    with capture_logs() as logs:
        await browser.send(start, [{}])
    assert [line["event"] for line in logs] == ["event.failed"]
    return browser


@pytest.mark.parametrize(
    ("statement", "headline"),
    [(FULL, "disk is full"), (ENDED, "be reached"), (LOCKED, "our fault"), ("SELECT 1 / 0", "our fault")],
    ids=["full", "ended", "locked", "unforeseen"],
)
async def test_a_start_that_fails_is_said_and_the_button_is_free_again(
    house: House, ada: SignedIn, monkeypatch: pytest.MonkeyPatch, statement: str, headline: str
) -> None:
    await house.draft_with_selfies(ada.owner_id)
    browser = await start_while(ada, monkeypatch, statement)
    assert [value for name, value in browser.shown if name.startswith("is_starting")][-2:] == [True, False]
    (told,) = browser.told
    assert headline in told


async def test_a_database_that_ended_for_want_of_room_is_said_to_have_none(
    house: House, ada: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.draft_with_selfies(ada.owner_id)
    monkeypatch.setattr(failures, "_LEAST_BYTES", 1 << 60)
    (told,) = (await start_while(ada, monkeypatch, ENDED)).told
    assert "disk is full" in told


def test_a_file_without_room_is_said_like_a_row(tmp_path: Any) -> None:
    assert isinstance(failures.foreseen(OSError(errno.ENOSPC, "x"), tmp_path), failures.NoRoomToSave)
    assert failures.foreseen(OSError(errno.EIO, "x"), tmp_path) is None
