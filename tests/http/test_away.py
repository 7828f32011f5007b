"""A full disk, or a database that is away, is said by every route in words; nothing typed is lost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette

from portrait_app.http import away
from portrait_app.http.auth import Doors
from portrait_app.http.selfies import selfie_routes
from portrait_app.http.unanswered import last_words
from portrait_app.portrait_app import app
from portrait_app.services import consent, limits
from tests.http.front import OURS, typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from portrait_app.services.work import Work
    from portrait_app.wiring import Workshop
    from tests.http.front import Studio

    Break = Callable[[str], None]

FULL = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
ENDED = "SELECT pg_terminate_backend(pg_backend_pid())"
FAULT = "SELECT 1 / 0"
MEANT = pytest.mark.parametrize(
    ("statement", "status", "words"),
    [(FULL, 507, "disk is full"), (ENDED, 503, "be reached")],
    ids=["full", "ended"],
)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Have the database answer a statement in place of counting a try, and of looking a word of consent up."""

    def with_statement(statement: str) -> None:
        async def counting(session: AsyncSession, *_: Any) -> None:
            await session.execute(text(statement))

        async def looking(work: Work) -> None:
            await work.session.execute(text(statement))

        monkeypatch.setattr(limits, "take_try", counting)
        monkeypatch.setattr(consent, "require", looking)

    return with_statement


def browser_of(studio: Studio, token: str = "", **headers: str) -> httpx.AsyncClient:
    """A browser before the routes as the studio lays them out."""
    workshop = cast("Workshop", SimpleNamespace(desk=studio.house.desk, settings=studio.settings))
    routes = [*Doors(lambda: workshop).routes(), *selfie_routes(lambda: workshop)]
    app = Starlette(routes=routes, exception_handlers=last_words(lambda: studio.settings))
    transport = httpx.ASGITransport(app, client=("203.0.113.7", 5000))
    cookies = {"session": token} if token else {}
    return httpx.AsyncClient(transport=transport, base_url=OURS, headers={"Origin": OURS, **headers}, cookies=cookies)


@MEANT
@pytest.mark.parametrize("form", ["sign-in", "sign-up"])
async def test_a_form_comes_back_with_what_was_typed(
    studio: Studio, answers: Break, *, form: str, statement: str, status: int, words: str
) -> None:
    answers(statement)
    answer = await browser_of(studio).post(f"/auth/{form}", data=typed(next="/train"))
    assert answer.status_code == status
    assert words in answer.text
    assert 'value="ada@example.com"' in answer.text
    assert 'value="/train"' in answer.text
    assert typed()["password"] not in answer.text


@MEANT
async def test_a_photo_is_refused_in_the_words_that_the_page_shows(
    studio: Studio, answers: Break, statement: str, status: int, words: str
) -> None:
    signed = await _signed_in(studio)
    answers(statement)
    answer = await browser_of(studio, signed).post("/api/selfies", content=b"pixels")
    assert answer.status_code == status
    assert words in answer.json()["headline"]
    assert "safe" in answer.json()["hint"]


async def test_who_looks_at_a_page_is_answered_with_a_page(studio: Studio, answers: Break) -> None:
    signed = await _signed_in(studio)
    answers(FULL)
    answer = await browser_of(studio, signed, Accept="text/html").post("/api/selfies", content=b"pixels")
    assert answer.headers["content-type"].startswith("text/html")
    assert "disk is full" in answer.text


async def test_a_fault_of_ours_stays_one(studio: Studio, answers: Break) -> None:
    signed = await _signed_in(studio)
    answers(FAULT)
    with pytest.raises(DBAPIError):
        await browser_of(studio).post("/auth/sign-in", data=typed())
    with pytest.raises(DBAPIError):
        await browser_of(studio, signed).post("/api/selfies", content=b"pixels")


def test_the_studio_has_these_last_words() -> None:
    served = app.api_transformer
    assert isinstance(served, Starlette)
    assert set(away.FAILURES) <= set(served.exception_handlers)


async def _signed_in(studio: Studio) -> str:
    browser = browser_of(studio)
    await browser.post("/auth/sign-up", data=typed())
    return browser.cookies["session"]
