"""Which tabs hear of whose news."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from portrait_app.domain.events import News, Noun
from portrait_app.domain.happening import Happening
from portrait_app.web import live
from portrait_app.web.gallery.state import GalleryState
from portrait_app.web.tabs import Tabs
from portrait_app.web.you.state import YouState

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def connected(*tabs: str, browser: str = "browser") -> Callable[[str], str | None]:
    return dict.fromkeys(tabs, browser).get


def test_a_tab_shows_one_room_at_a_time() -> None:
    tabs, ada = Tabs(), uuid4()
    tabs.watch(ada, "tab", GalleryState._view(), "browser")
    tabs.watch(ada, "tab", YouState._view(), "browser")
    assert [view.room for view in tabs.showing(ada, connected("tab"))] == [YouState]


def test_a_tab_in_which_somebody_else_signed_in_hears_nothing_of_the_last_person() -> None:
    tabs, ada, eve = Tabs(), uuid4(), uuid4()
    tabs.watch(ada, "tab", GalleryState._view(), "browser")
    tabs.watch(eve, "tab", GalleryState._view(), "browser")
    assert not tabs.showing(ada, connected("tab"))
    assert list(tabs.showing(eve, connected("tab")).values()) == [["tab"]]


def test_a_closed_tab_is_forgotten() -> None:
    tabs, ada = Tabs(), uuid4()
    tabs.watch(ada, "tab", GalleryState._view(), "browser")
    assert not tabs.showing(ada, connected())
    assert tabs.people() == []


def test_a_tab_that_signed_out_hears_nothing_more() -> None:
    tabs, ada = Tabs(), uuid4()
    tabs.watch(ada, "here", GalleryState._view(), "browser")
    tabs.watch(ada, "there", GalleryState._view(), "browser")
    tabs.forget(ada, "here")
    assert list(tabs.showing(ada, connected("here", "there")).values()) == [["there"]]


def test_a_socket_of_another_session_hears_nothing_in_a_tabs_name() -> None:
    tabs, ada = Tabs(), uuid4()
    tabs.watch(ada, "tab", GalleryState._view(), "browser")
    assert not tabs.showing(ada, connected("tab", browser="another"))
    assert tabs.people() == []


async def test_news_that_could_not_be_shown_are_shown_a_little_later_and_nothing_is_said_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada, done, is_said = uuid4(), list[Any](), asyncio.Event()

    async def fails_once(_: Any, owner_id: UUID, nouns: set[Noun] | None) -> None:
        done.append(nouns)
        if len(done) == 1:
            raise TimeoutError(owner_id)

    async def say(_: Any, owner_id: UUID, happening: Happening) -> None:
        done.append(happening)
        is_said.set()

    monkeypatch.setattr(live, "_show", fails_once)
    monkeypatch.setattr(live, "_say", say)
    monkeypatch.setattr(live, "TRY_AGAIN_S", 0)
    waiting, is_waiting = dict[UUID, live.Due](), asyncio.Event()
    nouns: tuple[Noun, ...] = ("account", "training")
    for noun in nouns:
        live._note(waiting, News(ada, noun, uuid4(), Happening.MODEL_READY if noun == "training" else None))
    is_waiting.set()
    shower = asyncio.create_task(live._show_what_waits(cast("Any", None), waiting, is_waiting))
    await asyncio.wait_for(is_said.wait(), 5)
    shower.cancel()
    # None: it may have been a sign-out, so every tab is first asked whether its session goes on.
    assert done == [set(nouns), None, Happening.MODEL_READY]
