"""Which tabs hear of whose news."""

from __future__ import annotations

from uuid import uuid4

from portrait_app.web.gallery.state import GalleryState
from portrait_app.web.tabs import Tabs
from portrait_app.web.you.state import YouState


def test_a_tab_shows_one_room_at_a_time() -> None:
    tabs, ada = Tabs(), uuid4()
    tabs.watch(ada, "tab", GalleryState._view())
    tabs.watch(ada, "tab", YouState._view())
    assert [view.room for view in tabs.showing(ada, ["tab"])] == [YouState]


def test_a_tab_in_which_somebody_else_signed_in_hears_nothing_of_the_last_person() -> None:
    tabs, ada, eve = Tabs(), uuid4(), uuid4()
    tabs.watch(ada, "tab", GalleryState._view())
    tabs.watch(eve, "tab", GalleryState._view())
    assert not tabs.showing(ada, ["tab"])
    assert list(tabs.showing(eve, ["tab"]).values()) == [["tab"]]


def test_a_closed_tab_is_forgotten() -> None:
    tabs, ada = Tabs(), uuid4()
    tabs.watch(ada, "tab", GalleryState._view())
    assert not tabs.showing(ada, [])
    assert tabs.people() == []


def test_a_tab_that_signed_out_hears_nothing_more() -> None:
    tabs, ada = Tabs(), uuid4()
    tabs.watch(ada, "here", GalleryState._view())
    tabs.watch(ada, "there", GalleryState._view())
    tabs.forget(ada, "here")
    assert list(tabs.showing(ada, ["here", "there"]).values()) == [["there"]]
