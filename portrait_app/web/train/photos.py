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
    "Only you, with your eyes to be seen",
)


def photo_grid(
    draft_id: Words,
    photos: ArrayVar[Sequence[SelfieCard]],
    on_overrule: Callable[[Any], Act],
    on_remove: Callable[[Any], Act],
) -> rx.Component:
    """The photos in the order they came, then those still on their way, then the tile that adds more.

    Those on their way belong to js/upload.js: React makes the tray once and never looks into it.
    """
    tray = rx.el.div(
        id="upload-tray", class_name="upload-tray", data_draft=draft_id, data_most=MOST, data_max_bytes=MAX_BYTES
    )
    adds = rx.el.label(_picker(), ui.icon("plus"), rx.el.span("Add photos"), class_name="add-photos")
    return photos_alone(photos, on_overrule, on_remove, tray, rx.el.div(adds, role="listitem", class_name="add-place"))


def photos_alone(
    photos: ArrayVar[Sequence[SelfieCard]],
    on_overrule: Callable[[Any], Act],
    on_remove: Callable[[Any], Act],
    *more: rx.Component,
) -> rx.Component:
    """The photos in the order they came, and nothing that adds to them but what is given as `more`."""

    def tile(photo: ObjectVar[SelfieCard]) -> rx.Component:
        return _tile(photo, on_overrule(photo.id), on_remove(photo.id))

    return rx.el.div(rx.foreach(photos, tile), *more, role="list", aria_label="Photos", class_name="photos")


def teach(where_photos_stay: Words) -> rx.Component:
    """What to do here and what becomes of one's photos, shown until there is the first (rooms/train.css)."""
    return rx.el.div(
        three_views(),
        rx.el.p(
            ui.locally.words(f"{FEWEST} selfies are enough to learn your face; {PLENTY} are best."),
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
    return rx.el.span(rx.el.strong(photo.filename), rx.el.span(photo.hint), class_name="photo-reason")


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
    eyes, mouth, parting = 4 * turn, 5 * turn, 40 + 7 * turn
    return rx.el.svg(
        rx.el.path(d="M19 44C15 18 27 9 40 9s25 9 21 35c-1 9 1 15 4 20H15c3-5 5-11 4-20z", class_name="view-hair"),
        rx.el.path(d="M6 94c2-19 15-26 27-27v-7h14v7c12 1 25 8 27 27z", class_name="view-shirt"),
        rx.el.path(d="M40 20c11 0 17 8 17 20s-7 25-17 25-17-13-17-25 6-20 17-20z", class_name="view-skin"),
        rx.el.path(d="M33 58h14v10c-4 4-10 4-14 0z", class_name="view-skin"),
        rx.el.path(
            d=f"M21 42c0-16 7-25 19-25s19 9 19 25c-5-4-8-9-9-15-3 4-7 5-10 5 {parting - 44}-2-7-5-8-7-2 8-6 13-11 17z",
            class_name="view-hair",
        ),
        rx.el.path(d=f"M{33 + eyes} 42v2.5M{47 + eyes} 42v2.5M{35 + mouth} 53c3 3 7 3 10 0", class_name="view-line"),
        width="80",  # as for icons, where no stylesheet has come
        height="94",
        view_box="0 0 80 94",
    )
