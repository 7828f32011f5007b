"""The frame around every room: a bar whose title grows large at the top of the page, and five tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import reflex as rx

from portrait_app.web import ui
from portrait_app.web.shell.shortcuts import shortcuts
from portrait_app.web.staying import stay_banner
from portrait_app.web.worn import WornState

if TYPE_CHECKING:
    from collections.abc import Mapping

Tab = Literal["home", "train", "create", "gallery", "you"]

TABS: tuple[tuple[Tab, str], ...] = (
    ("home", "Home"),
    ("train", "Train"),
    ("create", "Create"),
    ("gallery", "Gallery"),
    ("you", "You"),
)


def frame(
    title: ui.Words,
    *children: ui.Child,
    active: Tab | None = "home",
    back: tuple[str, str] | None = None,
    tools: tuple[rx.Component, ...] = (),
    beside: tuple[rx.Component, ...] = (),
    news: Mapping[Tab, rx.Var[bool]] | None = None,
    looks_again: ui.Act | None = None,
    leads_to_data: bool = True,
) -> rx.Component:
    """Put a room into its frame.

    Args:
        title: the room's name, large at the top, small in the bar once scrolled.
        children: what the room holds, one under the other, in the page's column.
        active: the tab that is filled; none where one is in no room.
        back: words and address of the room above, for a room within a room.
        tools: icon buttons at the bar's end.
        beside: sheets and viewers: they lie outside the page's column.
        news: which tabs carry a dot, by Vars.
        looks_again: the event that reads the room anew: js/arriving.js presses it when links to pictures are too old.
        leads_to_data: whether somebody who is leaving is shown the way to their data.
    """
    return rx.el.div(
        rx.el.a("Skip to content", href="#content", class_name="button skip"),
        rx.el.header(
            rx.el.div(*_back(back)),
            rx.el.div(title, class_name="top-bar-title", aria_hidden="true"),
            rx.el.div(*tools),
            class_name="top-bar",
        ),
        rx.el.main(
            rx.el.h1(title, class_name="large-title"),
            stay_banner(leads_to_data=leads_to_data),
            *children,
            id="content",
            class_name="page",
            tab_index=-1,
        ),
        tab_bar(active, news or {}),
        *beside,
        shortcuts(),
        *([] if looks_again is None else [_refresh(looks_again)]),
        # A look that was chosen elsewhere is put on as soon as this tab hears of it, whichever room it shows.
        ui.worn_look(WornState.look),
        class_name="frame",
    )


def tab_bar(active: Tab | None, news: Mapping[Tab, rx.Var[bool]]) -> rx.Component:
    """Lay out the five tabs, under the thumb on a phone and in a rail on the left when there is width."""
    return rx.el.nav(
        *(_tab(tab, label, is_active=tab == active, has_news=news.get(tab)) for tab, label in TABS),
        class_name="tab-bar",
        aria_label="Rooms",
    )


def _tab(tab: Tab, label: str, *, is_active: bool, has_news: rx.Var[bool] | None) -> rx.Component:
    return ui.room_link(
        _own_picture(is_active=is_active) if tab == "you" else ui.icon(tab, is_solid=is_active),
        rx.el.span(label),
        *(
            [rx.cond(has_news, rx.el.span(class_name="tab-news", role="img", aria_label="news"))]
            if has_news is not None
            else []
        ),
        href=f"/{tab}",
        class_name="tab",
        **({"aria_current": "page"} if is_active else {}),
    )


def _refresh(looks_again: ui.Act) -> rx.Component:
    return rx.el.button(type="button", hidden=True, data_refreshes="yes", on_click=looks_again)


def _own_picture(*, is_active: bool) -> rx.Component:
    """The portrait that the person wears, in the place of the icon."""
    return rx.cond(WornState.picture.src != "", ui.square(WornState.picture), ui.icon("you", is_solid=is_active))


def _back(back: tuple[str, str] | None) -> list[rx.Component]:
    if back is None:
        return []
    label, href = back
    return [ui.room_link(ui.icon("back"), href=href, class_name="icon-button", aria_label=label, title=label)]
