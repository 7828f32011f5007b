"""A portrait among others, the same in each room: the place it will take, and the way to it in the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import reflex as rx
from reflex.vars.function import FunctionStringVar

from portrait_app.web import ui

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reflex.vars import ArrayVar, ObjectVar

    from portrait_app.web.gallery.cards import Portrait
    from portrait_app.web.views import PortraitCard

_RATIO_OF_LAST = FunctionStringVar.create("((...lists) => lists.flat().at(-1)?.picture.ratio ?? 0.8)")


def ratio_of_last(*lists: ArrayVar[Sequence[PortraitCard]] | ArrayVar[Sequence[Portrait]]) -> rx.Var[float]:
    """Return the shape of the last portrait of these lists, by which its row is ended."""
    return _RATIO_OF_LAST.call(*lists).to(float)


def portrait_cell(portrait: ObjectVar[PortraitCard], *, loading: Literal["lazy", "eager"] = "lazy") -> rx.Component:
    """A portrait that leads to itself in the gallery, or its place while it is being made."""
    shown = ui.picture(
        portrait.picture.small,
        portrait.alt,
        ratio=portrait.picture.ratio,
        colour=portrait.picture.colour,
        src_set=portrait.picture.srcset,
        loading=loading,
    )
    cell = rx.cond(
        portrait.is_ready,
        ui.room_link(
            shown,
            href=f"/gallery?open={portrait.id}",
            class_name="picture-cell",
            custom_attrs={"style": {"--ratio": portrait.picture.ratio}},
        ),
        portrait_to_come(portrait.style, ratio=portrait.picture.ratio),
    )
    cell.key = portrait.id
    return cell


def portrait_to_come(style: ui.Words, *, ratio: ui.Amount, is_being_made: bool = True) -> rx.Component:
    """The place of a portrait: its shape, its style, and whether it is being made already."""
    words = [rx.el.span(style)]
    if is_being_made:
        words.append(rx.el.span("being made", class_name="unseen"))
    return ui.picture_cell(rx.el.span(*words, class_name="picture-coming", data_being_made=is_being_made), ratio=ratio)
