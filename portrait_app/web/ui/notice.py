"""Words in place: something to know, or what an empty room is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.web.ui.icon import IconName, icon

if TYPE_CHECKING:
    from portrait_app.web.ui.kinds import Child, Tone, Words

_ICONS: dict[Tone, IconName] = {
    "plain": "info",
    "busy": "clock",
    "good": "check",
    "care": "warning",
    "error": "warning",
}


def notice(headline: Words, hint: Words = "", *children: Child, kind: Tone = "plain") -> rx.Component:
    """Say something in place: what happened, what is safe, what to do next. An error is read out at once."""
    return rx.el.div(
        icon(_ICONS[kind]),
        rx.el.div(rx.el.strong(headline), rx.cond(hint != "", rx.el.p(hint)), *children),
        class_name="notice",
        data_kind=kind,
        role="alert" if kind == "error" else "status",
    )


def empty(picture: rx.Component | IconName, sentence: Child, action: rx.Component | None = None) -> rx.Component:
    """Fill an empty room so that it teaches: one picture (or an icon by name), one sentence, one action."""
    art = rx.el.div(icon(picture), class_name="empty-art") if isinstance(picture, str) else picture
    return rx.el.div(art, rx.el.p(sentence), *([action] if action is not None else []), class_name="empty")
