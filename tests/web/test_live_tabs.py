"""Which tabs hear of whose news."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from portrait_app.domain.events import News, Noun
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


async def test_news_of_a_sign_out_that_could_not_be_shown_are_not_forgotten_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada, asked, is_shown = uuid4(), list[set[Noun] | None](), asyncio.Event()

    async def fails_once(_: Any, owner_id: UUID, nouns: set[Noun] | None) -> None:
        asked.append(nouns)
        is_shown.set()
        if len(asked) == 1:
            raise TimeoutError(owner_id)

    monkeypatch.setattr(live, "_show", fails_once)
    waiting, is_waiting = dict[UUID, set[Noun] | None](), asyncio.Event()
    shower = asyncio.create_task(live._show_what_waits(cast("Any", None), waiting, is_waiting))
    nouns: tuple[Noun, ...] = ("account", "asset")
    for noun in nouns:
        live._note(waiting, News(ada, noun, uuid4()))
        is_waiting.set()
        await asyncio.wait_for(is_shown.wait(), 5)
        is_shown.clear()
    shower.cancel()
    assert asked == [{"account"}, None]  # None: every tab is first asked whether its session goes on
