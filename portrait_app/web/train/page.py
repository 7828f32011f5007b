"""The training room as it is seen: what is being learned, the draft, and the face models there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.services.offers import NotOffered
from portrait_app.services.trainings import LONGEST_NAME
from portrait_app.web import shell, theme, ui
from portrait_app.web.staying import StayState
from portrait_app.web.train.agreeing import agreeing
from portrait_app.web.train.photos import drop_veil, photo_grid, photos_alone, teach
from portrait_app.web.train.shelf import deleted_card, failed_card, ready_card, running_card
from portrait_app.web.train.state import DELETE_SHEET, NAME_FIELD, STOP_SHEET, TrainState
from portrait_app.web.train.staying import stay_choice, stay_sheet

if TYPE_CHECKING:
    from reflex.vars import ObjectVar

    from portrait_app.web.views import TrainingCard


def train_page() -> rx.Component:
    """Lay out the room in its frame."""
    return shell.frame(
        "Train",
        rx.cond(TrainState.has_looked, _room(), _arriving()),
        active="train",
        looks_again=TrainState.enter,
        beside=(_stop_sheet(), _delete_sheet(), stay_sheet(TrainState), theme.script_of_room("upload")),
    )


def _room() -> rx.Component:
    return rx.el.div(
        rx.cond(
            TrainState.running.length() > 0,
            rx.el.section(
                rx.el.h2("Being learned", class_name="section-title"),
                rx.foreach(TrainState.running, _running),
                class_name="stack being-learned",
            ),
        ),
        rx.cond(StayState.leave_on == "", _draft(), _left_as_it_is()),
        rx.cond(
            TrainState.shelf.length() > 0,
            rx.el.section(
                rx.el.h2("Your face models", class_name="section-title"),
                rx.foreach(TrainState.shelf, _ended),
                class_name="stack shelf",
            ),
        ),
        rx.cond(StayState.leave_on == "", drop_veil()),
        class_name="train-room",
    )


def _running(training: ObjectVar[TrainingCard]) -> rx.Component:
    return running_card(training, on_stop=TrainState.ask_to_stop(training.id))


def _ended(training: ObjectVar[TrainingCard]) -> rx.Component:
    on_retry, on_delete = TrainState.retry(training.id), TrainState.delete(training.id)
    stays = StayState.leave_on == ""
    failed = failed_card(training, on_retry, on_delete, may_retry=stays)
    return rx.cond(
        training.is_ready,
        ready_card(training, on_delete, may_make=stays),
        rx.cond(training.is_failed, failed, deleted_card(training)),
    )


def _draft() -> rx.Component:
    has_models = (TrainState.running.length() > 0) | (TrainState.shelf.length() > 0)
    return rx.el.section(
        rx.cond(has_models, rx.el.h2("A new face model", class_name="section-title")),
        rx.cond(
            TrainState.has_agreed,
            teach(TrainState.where_photos_stay),
            agreeing(TrainState.where_photos_stay, TrainState.agree),
        ),
        _filled(),
        class_name="draft",
        data_compact=has_models,
        data_asks=~TrainState.has_agreed,
    )


def _filled() -> rx.Component:
    """The draft once it has a photo: its name, its photos, how long they stay, and the start."""
    return rx.el.div(
        _name(),
        photo_grid(TrainState.draft_id, TrainState.photos, TrainState.overrule, TrainState.remove),
        rx.el.p(TrainState.where_photos_stay, class_name="soft small"),
        ui.lines(stay_choice(TrainState)),
        rx.cond(TrainState.why_not != "", ui.notice(NotOffered.headline, TrainState.why_not, kind="care")),
        _start_bar(),
        class_name="stack filled",
    )


def _name() -> rx.Component:
    return ui.field(
        "Whose face is it?",
        NAME_FIELD,
        error=TrainState.name_trouble,
        default_value=TrainState.name,
        key=f"{TrainState.draft_id}.{TrainState.name}",  # a name given in another tab is shown in this one
        on_blur=TrainState.set_name,
        max_length=LONGEST_NAME,
        auto_complete="off",
        enter_key_hint="done",
    )


def _left_as_it_is() -> rx.Component:
    """The draft of somebody who is about to leave: its photos can be taken out, and nothing is added or begun."""
    is_empty = (TrainState.running.length() + TrainState.shelf.length()) == 0
    return rx.cond(
        TrainState.photos.length() > 0,
        rx.el.section(
            rx.el.h2("Photos for a new face model", class_name="section-title"),
            photos_alone(TrainState.photos, TrainState.overrule, TrainState.remove),
            class_name="draft",
        ),
        rx.cond(is_empty, ui.empty("train", "No new face is learned while you are about to leave.")),
    )


def _start_bar() -> rx.Component:
    """The one action, within the thumb's reach, and why it can't be taken yet."""
    return rx.el.div(
        rx.el.p(
            rx.el.strong(ui.locally.words(TrainState.count.headline)),
            rx.cond(
                TrainState.count.hint != "",
                rx.el.span(ui.locally.words(TrainState.count.hint), class_name="count-hint"),
            ),
            rx.el.span(id="upload-words"),  # js/upload.js counts what is still on its way
            role="status",
        ),
        ui.button(
            "Learn this face",
            kind="primary",
            is_busy=TrainState.is_starting,
            is_disabled=~TrainState.count.is_enough | TrainState.is_starting,
            on_click=TrainState.start,
            data_starts="yes",
        ),
        class_name="action-bar start-bar",
    )


def _stop_sheet() -> rx.Component:
    return ui.confirm(
        STOP_SHEET,
        "Stop learning this face?",
        "What has been learned so far is lost. Your photos are safe: you can start again whenever you like.",
        action="Stop",
        keep="Keep going",
        on_confirm=TrainState.stop,
    )


def _delete_sheet() -> rx.Component:
    return ui.confirm(
        DELETE_SHEET,
        TrainState.question.title,
        TrainState.question.loss,
        action="Delete face model",
        on_confirm=TrainState.delete_asked,
    )


def _arriving() -> rx.Component:
    return rx.el.div(ui.skeleton("card"), ui.skeleton("card"), class_name="stack", aria_busy=True)
