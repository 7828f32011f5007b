"""The home room as it is seen: a greeting, what is under way, and the newest portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.domain.catalogue import ASPECTS
from portrait_app.domain.styles import STYLES
from portrait_app.services.generations import FIRST_ASPECT, FIRST_SET
from portrait_app.web import shell, ui
from portrait_app.web.coming import coming_line, stop_sheet
from portrait_app.web.home.state import HomeState
from portrait_app.web.portraits import portrait_cell, portrait_to_come, ratio_of_last
from portrait_app.web.staying import StayState
from portrait_app.web.train.photos import three_views
from portrait_app.web.train.shelf import running_card

if TYPE_CHECKING:
    from reflex.vars import ObjectVar

    from portrait_app.web.views import PortraitCard, TrainingCard

FIRST_RATIO = ASPECTS[FIRST_ASPECT].width / ASPECTS[FIRST_ASPECT].height


def home_page() -> rx.Component:
    """Lay out the room in its frame."""
    return shell.frame(
        HomeState.greeting,
        rx.cond(HomeState.has_looked, _room(), _arriving()),
        active="home",
        looks_again=HomeState.enter,
        beside=(stop_sheet(HomeState),),
    )


def _room() -> rx.Component:
    has_portraits = HomeState.portraits.length() > 0
    return rx.el.div(
        rx.cond(
            HomeState.running.length() > 0,
            rx.el.section(
                rx.el.h2("Being learned", class_name="unseen"),
                rx.foreach(HomeState.running, _running),
                class_name="stack under-way",
            ),
        ),
        rx.cond(
            has_portraits,
            _newest(),
            rx.cond(StayState.leave_on == "", _no_portraits_yet()),
        ),
        class_name="home-room",
    )


def _no_portraits_yet() -> rx.Component:
    """What comes next; nothing does for whoever is about to leave."""
    soon = rx.cond(HomeState.running.length() > 0, _soon(), _first_visit())
    return rx.cond(HomeState.has_ready_model, _ready_to_make(), soon)


def _running(training: ObjectVar[TrainingCard]) -> rx.Component:
    return running_card(training, href="/train")


def _newest() -> rx.Component:
    may_make = HomeState.has_ready_model & (StayState.leave_on == "")
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Newest portraits", class_name="section-title"),
            coming_line(HomeState.coming),
            class_name="home-head",
        ),
        ui.picture_rows(rx.foreach(HomeState.portraits, _cell), last=ratio_of_last(HomeState.portraits)),
        rx.el.div(
            rx.cond(may_make, ui.link("Make more", "/create", kind="primary", icon_name="create")),
            ui.link("See all", "/gallery"),
            class_name="actions home-actions",
        ),
        class_name="stack",
    )


def _cell(portrait: ObjectVar[PortraitCard]) -> rx.Component:
    return portrait_cell(portrait, loading="eager")


def _first_visit() -> rx.Component:
    has_begun = HomeState.waiting != ""
    return ui.empty(
        three_views(),
        rx.cond(
            has_begun, HomeState.waiting, "A few selfies, and we make portraits of you as you would like to be seen."
        ),
        ui.link(
            rx.cond(has_begun, "Go on with your selfies", "Add your selfies"),
            "/train",
            kind="primary",
            icon_name="camera",
        ),
    )


def _ready_to_make() -> rx.Component:
    return ui.empty(
        three_views(),
        "Your face model is ready. Choose a style and see yourself in it.",
        ui.link("Make portraits", "/create", kind="primary", icon_name="create"),
    )


def _soon() -> rx.Component:
    """The places of the first set, which orders itself once the face is learned."""
    return rx.el.section(
        rx.el.p("Your first portraits come by themselves as soon as your face is learned.", class_name="soft"),
        ui.picture_rows(
            *(
                portrait_to_come(style.title, ratio=FIRST_RATIO, is_being_made=False)
                for style in list(STYLES.values())[:FIRST_SET]
            ),
            last=FIRST_RATIO,
        ),
        class_name="stack",
    )


def _arriving() -> rx.Component:
    return rx.el.div(ui.skeleton("card"), ui.skeleton("picture"), class_name="stack", aria_busy=True)
