"""Pictures: a box of the right shape and colour that is there first, justified rows of them, and the viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import reflex as rx
from reflex.vars import LiteralVar

from portrait_app.web.ui.button import icon_button

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portrait_app.web.ui.kinds import Amount, Child, Words

SIZES_IN_ROWS = "(width >= 56.25rem) 20rem, 33vw"
MOST_IN_A_ROW = 8  # of the usual shape (parts/pictures.css)
SIZES_IN_TILES = "(width >= 56.25rem) 12rem, 30vw"


def srcset(addresses: Mapping[int, str]) -> str:
    """Write thumbnails (width in px → address) as an `srcset`, smallest first; for building a view of an asset."""
    return ", ".join(f"{address} {width}w" for width, address in sorted(addresses.items()))


def picture(
    src: Words,
    alt: Words,
    *,
    ratio: Amount = 0.8,
    colour: Words = "",
    src_set: Words = "",
    sizes: str = SIZES_IN_ROWS,
    loading: Literal["lazy", "eager"] = "lazy",
    fit: Literal["ratio", "place"] = "ratio",
    **attributes: Any,
) -> rx.Component:
    """Show a picture in a box that keeps its place from the first moment, and fade it in when it arrives.

    Args:
        src: its address, the smallest thumbnail that will do.
        alt: what is seen in it, for who can't see it.
        ratio: width over height, so nothing jumps.
        colour: CSS colour of the box meanwhile (the picture's own mean, "#8a6f5c").
        src_set: the other widths, as `srcset(...)` writes them.
        sizes: how wide it will stand, as HTML's `sizes` says it.
        loading: eager only for what is seen first.
        fit: "ratio" gives the box the picture's shape; "place" lets the box around it decide.
        attributes: the rest for the box, data_*.
    """
    return rx.el.span(
        rx.el.img(src=src, src_set=src_set, sizes=sizes, alt=alt, loading=loading, decoding="async", draggable=False),
        class_name="picture",
        custom_attrs={"style": {"--ratio": ratio, "--colour": colour} if fit == "ratio" else {"--colour": colour}},
        **attributes,
    )


def square(cut: Any, alt: Words = "") -> rx.Component:
    """Show a square out of a picture (`web/squares.Square`); what is around it decides how large and how round."""
    # As one Var: Reflex looks for the states that an attribute stands on, and not inside of a plain dict.
    crop = LiteralVar.create(
        {"--crop-width": cut.width, "--crop-left": cut.left, "--crop-top": cut.top, "--colour": cut.colour}
    )
    return rx.el.span(
        rx.el.img(src=cut.src, alt=alt, decoding="async", draggable=False),
        class_name="square",
        custom_attrs={"style": crop},
    )


def picture_rows(*cells: Child, last: Amount = 0.8) -> rx.Component:
    """Stand pictures in justified rows with 4 px between; give it `picture_cell(...)`s, or a foreach over them.

    `last` is the last one's width over its height: its row ends as if more of this shape were to come.
    """
    shape = {"style": rx.Var.create({"--ratio": last})}  # in a bare dict nobody would see what `last` needs
    to_come = (
        rx.el.i(class_name="picture-to-come", aria_hidden="true", custom_attrs=shape) for _ in range(MOST_IN_A_ROW)
    )
    return rx.el.div(*cells, *to_come, class_name="picture-rows edge-to-edge")


def picture_cell(*children: Child, ratio: Amount, slide: Words | None = None, label: Words = "Open") -> rx.Component:
    """One place in the rows, of the picture's own shape; with `slide` it opens the viewer at the slide of that id."""
    style: dict[str, Any] = {"style": {"--ratio": ratio}}
    if slide is None:
        return rx.el.div(*children, class_name="picture-place", custom_attrs=style)
    return rx.el.button(
        *children,
        type="button",
        aria_label=label,
        class_name="picture-cell",
        data_shows_slide=slide,
        custom_attrs=style,
    )


def viewer(name: str, *slides: Child) -> rx.Component:
    """A dark stage over everything; give it `slide(...)`s, or a foreach over them, in the order of the rows.

    Swipe, arrow keys and buttons turn; pinch, double tap and a button zoom; swipe down, Escape and a button close.
    """
    return rx.el.dialog(
        rx.el.div(
            icon_button("close", "Close", data_act="close"),
            rx.el.span(class_name="viewer-place"),
            icon_button("zoom", "Zoom", data_act="zoom"),
            icon_button("download", "Save", data_act="save"),
            icon_button("share", "Share", data_act="share"),
            class_name="viewer-tools",
        ),
        rx.el.p("Pictures can't be shown just now. They are safe.", class_name="viewer-away", role="status"),
        rx.el.div(*slides, class_name="viewer-track", tab_index=0, role="group", aria_label="Turn with the arrow keys"),
        _turn("back", "Previous"),
        _turn("on", "Next"),
        id=name,
        class_name="viewer",
        aria_label="Pictures",
    )


def slide(key: Words, shown: rx.Component, *foot: Child, download: Words, file_name: Words) -> rx.Component:
    """One picture on the stage.

    Args:
        key: its id, unique on the page; the cell that opens it names it.
        shown: a `picture(...)` with `sizes="100vw"`.
        foot: words and buttons under it (style, delete …), which know which picture they stand under.
        download: address of the original, for saving and sharing.
        file_name: what it is called when saved.
    """
    return rx.el.figure(
        shown,
        rx.el.figcaption(*foot, class_name="slide-foot"),
        id=key,
        class_name="slide",
        data_download=download,
        data_name=file_name,
    )


def _turn(way: Literal["back", "on"], label: str) -> rx.Component:
    button = icon_button("back" if way == "back" else "next", label, data_turn=way)
    button.class_name = "icon-button viewer-turn"
    return button
