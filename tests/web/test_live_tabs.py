"""Which tabs hear of whose news."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from portrait_app.web.gallery.state import GalleryState
from portrait_app.web.tabs import Tabs
from portrait_app.web.you.state import YouState

if TYPE_CHECKING:
    from collections.abc import Callable


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
