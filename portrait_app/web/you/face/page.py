"""What is kept of a person, where and for how long, in one screen; and their word, to read again and to take back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.domain.consent import DETAILS, STATEMENT
from portrait_app.web import ui
from portrait_app.web.shell import frame
from portrait_app.web.train.staying import stay_choice, stay_sheet
from portrait_app.web.you.face import words
from portrait_app.web.you.face.state import PHOTOS_SHEET, WITHDRAW_SHEET, FaceState

if TYPE_CHECKING:
    from reflex.vars import ObjectVar

    from portrait_app.web.you.face.words import Kept


def face_page() -> rx.Component:
    """Lay out the room in its frame."""
    return frame(
        "What is kept",
        rx.cond(FaceState.is_here, _room(), ui.skeleton("card")),
        active="you",
        looks_again=FaceState.enter,
        back=("You", "/you"),
        beside=(stay_sheet(FaceState), _withdraw_sheet(), _photos_sheet()),
    )


def _room() -> rx.Component:
    return rx.el.div(
        rx.el.div(_how_long(), _word(), class_name="you"),
        rx.el.div(_all_of_it(), class_name="you"),
        class_name="two-columns",
    )


def _how_long() -> rx.Component:
    now = ui.button("Delete all my photos now…", kind="plain-danger", opens=PHOTOS_SHEET)
    return rx.el.section(
        rx.el.h2("How long your photos stay", class_name="card-title"),
        ui.lines(stay_choice(FaceState)),
        rx.cond(FaceState.photos > 0, rx.el.div(now, class_name="kept-way-out")),
        class_name="you-section",
    )


def _all_of_it() -> rx.Component:
    return rx.el.section(
        rx.el.h2("All of it", class_name="card-title"),
        ui.lines(rx.foreach(FaceState.kept, _kept)),
        class_name="you-section",
    )


def _kept(kept: ObjectVar[Kept]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h3(kept.title),
            rx.cond(kept.is_counted, _count(kept)),
            class_name="kept-head",
        ),
        rx.el.dl(
            *(
                rx.el.div(rx.el.dt(term), rx.el.dd(ui.locally.words(said)))
                for term, said in (("What", kept.what), ("Where", kept.where), ("How long", kept.stays))
            ),
            class_name="kept-facts small",
        ),
        class_name="kept",
    )


def _count(kept: ObjectVar[Kept]) -> rx.Component:
    trashed = rx.fragment(" · ", ui.locally.number(kept.in_trash), " in the Trash")
    return rx.el.span(
        rx.cond(kept.count, ui.locally.number(kept.count), "None"),
        kept.of,
        rx.cond(kept.bytes, rx.fragment(" · ", ui.locally.size(kept.bytes))),
        rx.cond(kept.in_trash, trashed),
        class_name="soft small",
    )


def _word() -> rx.Component:
    """One's word: what was agreed to, when, and the way to take it back."""
    return rx.el.section(
        rx.el.h2("Your word", class_name="card-title"),
        ui.card(
            rx.el.p(STATEMENT, class_name="agree-statement"),
            rx.el.ul(*(rx.el.li(ui.icon("check"), detail) for detail in DETAILS), class_name="teach-advice small"),
            rx.cond(
                FaceState.given_at == "",
                rx.el.p("You have not said so yet; you are asked before your first photo.", class_name="soft small"),
                rx.cond(FaceState.withdrawn_at == "", _given(), _withdrawn()),
            ),
        ),
        class_name="you-section",
    )


def _given() -> rx.Component:
    return rx.fragment(
        rx.el.p("You said so on ", ui.locally.date(FaceState.given_at), ".", class_name="soft small"),
        rx.el.div(ui.button("Take it back…", kind="plain-danger", opens=WITHDRAW_SHEET), class_name="kept-way-out"),
    )


def _withdrawn() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            "You said so on ",
            ui.locally.date(FaceState.given_at),
            " and took it back on ",
            ui.locally.date(FaceState.withdrawn_at),
            ". ",
            "No photo is taken in and no new face is learned. What there is stays until you delete it.",
            class_name="soft small",
        ),
        rx.el.div(
            rx.cond(FaceState.photos > 0, ui.button("Delete my photos…", kind="plain-danger", opens=PHOTOS_SHEET)),
            ui.link("Face models", "/train"),
            ui.link("Portraits", "/gallery"),
            class_name="actions",
        ),
    )


def _withdraw_sheet() -> rx.Component:
    return ui.confirm(
        WITHDRAW_SHEET,
        "Take your word back?",
        words.WITHDRAWN,
        action="Take it back",
        on_confirm=FaceState.withdraw,
    )


def _photos_sheet() -> rx.Component:
    number = rx.cond(FaceState.photos == 1, "The 1 photo", f"All {FaceState.photos} photos")
    return ui.confirm(
        PHOTOS_SHEET,
        "Delete all your photos?",
        ui.locally.words(
            f"{number} you gave, and what was measured on them, are deleted for good. Your face models and portraits "
            f"stay. {words.HELD} {words.ONLY_SPARED}"
        ),
        action="Delete my photos",
        on_confirm=FaceState.delete_photos,
    )
