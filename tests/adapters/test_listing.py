"""The engine's lists: what wasn't read to its end proves nothing, or a lost order would be paid twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate import listing
from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.adapters.replicate.listing import Trace
from portrait_app.domain.order import OrderKind
from tests.adapters.scripted import Answer

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from tests.adapters.scripted import ScriptedEngine

SINCE = datetime(2026, 11, 23, 4, tzinfo=UTC)
YOUNG, OLD = SINCE + timedelta(minutes=1), SINCE - timedelta(minutes=1)


def job(name: str, moment: datetime) -> dict[str, Any]:
    return {"id": name, "created_at": moment.isoformat(), "input": {"seed": 2}}


async def trace(gateway: Gateway, kind: OrderKind = OrderKind.PREDICTION) -> Trace:
    return await gateway.jobs.find(kind, fingerprint="1", since=SINCE, until=YOUNG)


@pytest.mark.parametrize(
    "page", [{}, {"detail": "please sign in"}, {"results": None}, {"results": {}}, {"results": "[]"}]
)
@pytest.mark.parametrize("kind", OrderKind)
async def test_a_page_without_a_list_is_no_empty_list(
    scripted: ScriptedEngine, to_scripted: Gateway, kind: OrderKind, page: dict[str, Any]
) -> None:
    scripted.answers |= dict.fromkeys((f"GET /v1/{kind}s", "GET /v1/files"), Answer(body=page))
    with pytest.raises(EngineDown):
        await trace(to_scripted, kind)
    with pytest.raises(EngineDown):
        await to_scripted.jobs.find_file("photos.zip")


@pytest.mark.parametrize(
    "following",
    [
        "/v1/predictions?c=2",
        "predictions?c=2",
        "https://elsewhere.example/v1/predictions?c=2",
        "//elsewhere.example/v1/predictions?c=2",
        "http://[",
        7,
        ["http://x"],
    ],
)
async def test_a_list_that_leads_to_where_we_do_not_follow_was_not_read_to_its_end(
    scripted: ScriptedEngine, to_scripted: Gateway, following: object
) -> None:
    scripted.answers["GET /v1/predictions"] = Answer(body={"results": [job("x", YOUNG)], "next": following})
    assert await trace(to_scripted) == Trace(None, is_whole=False)
    assert len(scripted.asked) == 1


async def test_a_list_with_too_many_pages_was_not_read_to_its_end(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    page = {"results": [job("x", YOUNG)], "next": f"{scripted.base}/v1/predictions?c=2"}
    scripted.answers["GET /v1/predictions"] = Answer(body=page)
    assert await trace(to_scripted) == Trace(None, is_whole=False)
    assert len(scripted.asked) == listing.MOST_PAGES


async def test_a_list_is_whole_when_nothing_follows_or_what_follows_is_too_old(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    elsewhere = f"{scripted.base}/v1/predictions?c=2"
    for page in (
        {"results": [], "next": None},
        {"results": []},
        {"results": [job("x", YOUNG)], "next": ""},
        {"results": [job("x", YOUNG), job("y", OLD)], "next": elsewhere},
    ):
        scripted.answers["GET /v1/predictions"] = Answer(body=page)
        assert await trace(to_scripted) == Trace(None, is_whole=True)
