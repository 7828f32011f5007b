"""The photos of a draft on the screen: a tile each, the tile that adds more, and what teaches before the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.domain.selfie import FEWEST, MAX_BYTES, MOST
from portrait_app.web import ui
from portrait_app.web.train.words import PLENTY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from reflex.vars import ArrayVar, ObjectVar

    from portrait_app.web.ui import Act, Words
    from portrait_app.web.views import SelfieCard

ACCEPT = "image/*,.heic,.heif"
ADVICE = (
    "Different days, places and light",
    "From the front and from both sides",
    "Only you, and nothing over your eyes",
)


def photo_grid(
    photos: ArrayVar[Sequence[SelfieCard]], on_overrule: Callable[[Any], Act], on_remove: Callable[[Any], Act]
) -> rx.Component:
    """The photos in the order they came, then those still on their way, then the tile that adds more.

    Those on their way belong to js/upload.js: React makes the tray once and never looks into it.
    """

    def tile(photo: ObjectVar[SelfieCard]) -> rx.Component:
        return _tile(photo, on_overrule(photo.id), on_remove(photo.id))

    return rx.el.div(
        rx.foreach(photos, tile),
        rx.el.div(id="upload-tray", class_name="upload-tray", data_most=MOST, data_max_bytes=MAX_BYTES),
        rx.el.label(_picker(), ui.icon("plus"), rx.el.span("Add photos"), class_name="add-photos"),
        role="list",
        aria_label="Photos",
        class_name="photos",
    )


def teach(where_photos_stay: Words) -> rx.Component:
    """What to do here and what becomes of one's photos, shown until there is the first (rooms/train.css)."""
    return rx.el.div(
        three_views(),
        rx.el.p(
            f"Show us your face: {FEWEST} selfies are enough, {PLENTY} different ones are best.",
            class_name="teach-lead",
        ),
        rx.el.ul(*(rx.el.li(ui.icon("check"), advice) for advice in ADVICE), class_name="teach-advice"),
        rx.el.label(
            _picker(), ui.icon("upload"), rx.el.span("Choose photos"), class_name="button", data_kind="primary"
        ),
        rx.el.p("Or drop them anywhere on this page, or paste them.", class_name="teach-drop soft small"),
        rx.el.p(where_photos_stay, class_name="soft small"),
        class_name="teach",
    )


def drop_veil() -> rx.Component:
    """What covers the page while files are held over it."""
    return rx.el.div(ui.icon("upload"), rx.el.strong("Let go to add them"), class_name="drop-veil", aria_hidden="true")


def _tile(photo: ObjectVar[SelfieCard], on_overrule: Act, on_remove: Act) -> rx.Component:
    return rx.el.div(
        rx.cond(photo.is_refused, _refusal(photo), _photo(photo)),
        rx.cond(photo.is_doubtful, ui.button("Use anyway", on_click=on_overrule)),
        ui.icon_button("close", f"Remove {photo.filename}", on_click=on_remove),
        key=photo.id,
        role="listitem",
        class_name="photo",
        data_selfie_id=photo.id,
        data_state=_state(photo),
    )


def _state(photo: ObjectVar[SelfieCard]) -> rx.Var[str]:
    return rx.cond(
        photo.is_examining,
        "examining",
        rx.cond(
            photo.is_refused,
            "refused",
            rx.cond(photo.is_faceless, "faceless", rx.cond(photo.is_doubtful, "doubtful", "good")),
        ),
    )


def _photo(photo: ObjectVar[SelfieCard]) -> rx.Component:
    return rx.fragment(
        rx.cond(
            photo.picture.small != "",
            ui.picture(
                photo.picture.small,
                photo.filename,
                colour=photo.picture.colour,
                src_set=photo.picture.srcset,
                sizes=ui.SIZES_IN_TILES,
                fit="place",
                loading="eager",
            ),
            rx.el.span(class_name="picture"),
        ),
        rx.cond(
            photo.is_examining,
            rx.el.span("Looking", class_name="unseen"),
            rx.cond(
                photo.is_fine | photo.is_overruled,
                rx.el.span(ui.icon("check"), rx.el.span("Good", class_name="unseen"), class_name="photo-tick"),
                rx.el.span(photo.hint, class_name="photo-hint"),
            ),
        ),
    )


def _refusal(photo: ObjectVar[SelfieCard]) -> rx.Component:
    return rx.fragment(
        ui.icon("warning"), rx.el.span(rx.el.strong(photo.filename), rx.el.span(photo.hint), class_name="photo-reason")
    )


def _picker() -> rx.Component:
    return rx.el.input(type="file", multiple=True, accept=ACCEPT, class_name="unseen", data_picks_photos="yes")


def three_views() -> rx.Component:
    """One face from three sides, drawn in the accent's colours."""
    return rx.el.div(
        *(rx.el.span(_face(turn), class_name="view") for turn in (-1, 0, 1)),
        class_name="three-views",
        aria_hidden="true",
    )


def _face(turn: int) -> rx.Component:
    """A face that looks to the left (-1), at us (0) or to the right (1)."""
    eyes, mouth = 5 * turn, 6 * turn
    return rx.el.svg(
        rx.el.path(d="M8 92c3-19 17-27 32-27s29 8 32 27z", class_name="view-shoulders"),
        rx.el.path(d="M40 16c13 0 20 9 20 23s-9 27-20 27-20-13-20-27 7-23 20-23z", class_name="view-head"),
        rx.el.path(d=f"M{32 + eyes} 39v3M{48 + eyes} 39v3M{34 + mouth} 52c3.5 4 8.5 4 12 0", class_name="view-line"),
        view_box="0 0 80 92",
    )
