"""What is pressed: buttons that act, links that lead, and the round ones that carry only an icon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from portrait_app.web.ui.icon import IconName, icon

if TYPE_CHECKING:
    from portrait_app.web.ui.kinds import Child, Truth, Words

ButtonKind = Literal["primary", "quiet", "plain", "danger", "plain-danger"]


def button(
    label: Words,
    *,
    kind: ButtonKind = "quiet",
    icon_name: IconName | None = None,
    is_busy: Truth = False,
    is_disabled: Truth = False,
    is_full: bool = False,
    submits: bool = False,
    opens: str | None = None,
    closes: str | None = None,
    **attributes: Any,
) -> rx.Component:
    """Make a button of at least 48 px; `primary` is the one accent action of a screen.

    While `is_busy` it shows that the press was heard, and can't be pressed again; why it `is_disabled` is said beside
    it. `submits` sends the form around it; `opens` and `closes` name a sheet, and ask no server. `attributes` are the
    rest for the element: on_click, id, data_*, aria_*.
    """
    attributes |= {"disabled": is_disabled, "aria_busy": is_busy, **_invoker(opens, closes)}
    kind_of = "submit" if submits else "button"
    return rx.el.button(*_words(label, icon_name), type=kind_of, **_dress(kind, is_full=is_full), **attributes)


def link(
    label: Words, href: Words, *, kind: ButtonKind = "quiet", icon_name: IconName | None = None, is_full: bool = False
) -> rx.Component:
    """Make a button that leads to another room of the app, without loading the page anew."""
    return room_link(*_words(label, icon_name), href=href, **_dress(kind, is_full=is_full))


def door(
    label: Words, href: Words, *, kind: ButtonKind = "quiet", icon_name: IconName | None = None, is_full: bool = False
) -> rx.Component:
    """Make a button that leads out of the app's own pages (sign in, a download): a plain link, a full load."""
    return ReactRouterLink.create(  # `rx.el.a` would look for the address among the app's own pages
        *_words(label, icon_name), to=href, reload_document=True, discover="none", **_dress(kind, is_full=is_full)
    )


def icon_button(
    name: IconName,
    label: Words,
    *,
    opens: str | None = None,
    closes: str | None = None,
    is_disabled: Truth = False,
    **attributes: Any,
) -> rx.Component:
    """Make a round 48 px button with only an icon; `label` is what a screen reader and a long press say."""
    return rx.el.button(
        icon(name),
        type="button",
        disabled=is_disabled,
        class_name="icon-button",
        aria_label=label,
        title=label,
        **_invoker(opens, closes),
        **attributes,
    )


def room_link(*children: Child, href: Words, class_name: str = "text-link", **attributes: Any) -> rx.Component:
    """Lead to another room in the browser, with a short cross-fade where the browser has view transitions."""
    return ReactRouterLink.create(*children, to=href, class_name=class_name, view_transition=True, **attributes)


def _words(label: Words, icon_name: IconName | None) -> list[rx.Component]:
    words = rx.el.span(label)
    return [icon(icon_name), words] if icon_name else [words]


def _dress(kind: ButtonKind, *, is_full: bool) -> dict[str, Any]:
    return {"class_name": "button", "data_kind": kind, "data_width": "full" if is_full else "fit"}


def _invoker(opens: str | None, closes: str | None) -> dict[str, Any]:
    """The HTML attributes with which a button opens or closes a dialog by itself."""
    if opens:
        return {"custom_attrs": {"commandfor": opens, "command": "show-modal"}, "aria_haspopup": "dialog"}
    if closes:
        return {"custom_attrs": {"commandfor": closes, "command": "close"}}
    return {}
