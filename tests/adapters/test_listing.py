"""The engine's lists: what wasn't read to its end proves nothing, or a lost order would be paid twice."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from portrait_app.adapters.replicate import listing
from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.adapters.replicate.listing import Trace
from portrait_app.domain.order import OrderKind
from tests.adapters.scripted import Answer, Asked

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

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
        await to_scripted.jobs.find_files("photos.zip")


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
        {"results": [job("x", OLD), job("y", OLD)], "next": elsewhere},
    ):
        scripted.answers["GET /v1/predictions"] = Answer(body=page)
        assert await trace(to_scripted) == Trace(None, is_whole=True)


async def test_pages_are_turned_until_the_job_is_found_or_is_too_old(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    since = datetime(2026, 11, 23, 4, tzinfo=UTC)
    young, old = since + timedelta(minutes=1), since - timedelta(minutes=1)
    pages = {
        "": [{"id": "x", "created_at": young.isoformat(), "input": {"seed": 2}}],
        "c=2": [
            {"id": "abc", "created_at": "2026-11-23T04:00:30.123456789Z", "input": {"seed": 1}},
            {"id": "y", "created_at": old.isoformat(), "input": {"seed": 3}},
        ],
        "c=3": [{"id": "y", "created_at": old.isoformat(), "input": {"seed": 4}}],
    }

    def page(asked: Asked) -> Answer:
        query = asked.path.partition("?")[2]
        here = query if query in pages else ""
        following = {"": "c=2", "c=2": "c=3"}.get(here)
        return Answer(
            body={"results": pages[here], "next": following and f"{scripted.base}/v1/predictions?{following}"}
        )

    scripted.answers |= {"GET /v1/predictions": page}

    async def found(seed: str) -> str | None:
        return (await to_scripted.jobs.find(OrderKind.PREDICTION, fingerprint=seed, since=since, until=young)).job_id

    assert [await found(seed) for seed in ("1", "3", "4")] == ["abc", None, None]


async def test_a_second_job_is_seen_on_a_later_page_and_hides_no_first_where_that_fails(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    ours: list[dict[str, Any]] = [job(name, YOUNG) | {"input": {"seed": 1}} for name in ("b", "a")]
    pages: dict[str, Any] = {"": ours[:1], "c=2": ours, "c=3": None}  # one came meanwhile: `b` is on both

    def page(asked: Asked) -> Answer:
        here = next((name for name in ("c=2", "c=3") if name in asked.path), "")
        following = {"": "c=2", "c=2": "c=3"}.get(here)
        link = following and f"{scripted.base}/v1/predictions?{following}"
        return Answer(body={"results": pages[here], "next": link})

    scripted.answers["GET /v1/predictions"] = page
    assert await trace(to_scripted) == Trace("b", others=("a",))
    pages[""] = []
    pages["c=2"] = None
    with pytest.raises(EngineDown):
        await trace(to_scripted)


async def test_a_job_whose_input_was_removed_may_be_the_lost_one(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    since = datetime(2026, 11, 23, 4, tzinfo=UTC)
    results = [
        {"id": "later", "created_at": (since + timedelta(hours=1)).isoformat(), "data_removed": True},
        {"id": "removed", "created_at": (since + timedelta(minutes=1)).isoformat(), "data_removed": True, "input": {}},
        {"status": "processing"},
        {"id": "other", "created_at": (since + timedelta(minutes=1)).isoformat(), "input": {"seed": 2}},
    ]
    scripted.answers["GET /v1/predictions"] = Answer(body={"results": results, "next": None})
    trace = await to_scripted.jobs.find(
        OrderKind.PREDICTION, fingerprint="1", since=since, until=since + timedelta(minutes=2)
    )
    assert trace == Trace(None, ("removed",), is_whole=False, is_past=True)  # the odd one may be it as well


async def test_the_token_is_not_taken_to_another_host_by_a_list(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    async def found(of: str) -> object:
        page = {"results": [], "next": f"{of}/v1/trainings?c=2"}
        scripted.answers["GET /v1/trainings"] = Answer(body=page)
        moment = datetime.now(UTC)
        return (await to_scripted.jobs.find(OrderKind.TRAINING, fingerprint="z", since=moment, until=moment)).job_id

    assert await found(scripted.base.replace("127.0.0.1", "localhost")) is None
    assert len(scripted.asked) == 1
    assert await found(scripted.base) is None  # a list without an end is left after so many pages
    assert len(scripted.asked) == 1 + listing.MOST_PAGES


async def test_each_page_takes_a_turn_of_its_own(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    following = f"{scripted.base}/v1/predictions?c=2"
    scripted.answers["GET /v1/predictions"] = Answer(body={"results": [job("x", YOUNG)], "next": following})
    turns = []

    @contextlib.asynccontextmanager
    async def turn() -> AsyncGenerator[None]:
        turns.append(len(scripted.asked))
        yield
        assert len(scripted.asked) == len(turns)

    await to_scripted.jobs.find(OrderKind.PREDICTION, fingerprint="1", since=SINCE, until=YOUNG, turn=turn)
    assert turns == list(range(listing.MOST_PAGES))


async def test_files_of_a_name_are_found_on_every_page(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    def file(number: int, name: str = "photos.zip") -> dict[str, Any]:
        return {"id": f"f{number}", "name": name, "urls": {"get": f"https://engine/{number}"}}

    pages: dict[str, tuple[list[Any], Any]] = {
        "": ([file(1, "other.zip"), {"name": "photos.zip"}, "no file"], f"{scripted.base}/v1/files?c=2"),
        "c=2": ([file(2), file(3)], f"{scripted.base}/v1/files?c=3"),
        "c=3": ([file(4)], None),
    }

    def page(asked: Asked) -> Answer:
        results, following = pages[asked.path.partition("?")[2]]
        return Answer(body={"results": results, "next": following})

    scripted.answers["GET /v1/files"] = page
    found, is_whole = await to_scripted.jobs.find_files("photos.zip")
    assert ([one.id for one in found], is_whole) == (["f2", "f3", "f4"], True)
    for strange in ("https://elsewhere.example/v1/files?c=4", f"{scripted.base}/v1/files?c=3", 7):
        pages["c=3"] = [file(4)], strange
        asked_before = len(scripted.asked)
        assert (await to_scripted.jobs.find_files("photos.zip"))[1] is False  # so none of it proves that all are gone
        assert len(scripted.asked) - asked_before <= listing.MOST_PAGES


async def test_an_old_job_among_young_ones_ends_no_list(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    """The engine says of one job now this time, now that: behind one out of its order may be the lost one."""

    def page(asked: Asked) -> Answer:
        if "c=2" in asked.path:
            return Answer(body={"results": [job("abc", YOUNG) | {"input": {"seed": 1}}], "next": None})
        odd = [job("x", YOUNG), job("y", OLD)]
        return Answer(body={"results": odd, "next": f"{scripted.base}/v1/predictions?c=2"})

    scripted.answers["GET /v1/predictions"] = page
    assert (await trace(to_scripted)).job_id == "abc"


@pytest.mark.parametrize("minutes", [-20, 20], ids=["behind", "ahead"])
async def test_an_engine_whose_clock_differs_is_looked_through_in_its_own_time(
    scripted: ScriptedEngine, to_scripted: Gateway, minutes: int
) -> None:
    """By ours its jobs were made before the call, or after any that the lost one can be: the list would prove much."""
    theirs = timedelta(minutes=minutes)
    date = format_datetime(datetime.now(UTC) + theirs, usegmt=True)
    scripted.answers["GET /v1/account"] = Answer(body={"username": "ada"}, headers={"Date": date})
    results: list[dict[str, Any]] = [
        job("x", YOUNG + theirs + timedelta(minutes=1)),
        job("abc", YOUNG + theirs) | {"input": {"seed": 1}},
    ]

    def page(asked: Asked) -> Answer:
        since = datetime.fromisoformat(parse_qs(asked.path.partition("?")[2])["created_after"][0])
        listed = [one for one in results if datetime.fromisoformat(one["created_at"]) >= since]
        return Answer(body={"results": listed, "next": None}, headers={"Date": date})

    scripted.answers["GET /v1/predictions"] = page
    await to_scripted.account()
    assert (await trace(to_scripted)).job_id == "abc"
    del results[0]
    until = YOUNG + timedelta(seconds=30)  # a date has whole seconds
    assert await to_scripted.jobs.find(OrderKind.PREDICTION, fingerprint="2", since=SINCE, until=until) == Trace(None)
