"""Face models as cards: one that is being learned, one that is ready, one that failed, one that was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.domain.clock import now
from portrait_app.services.thumbnails import small_key
from portrait_app.web import ui
from portrait_app.web.train import words
from portrait_app.web.views import TrainingCard

if TYPE_CHECKING:
    from uuid import UUID

    from reflex.vars import ObjectVar

    from portrait_app.domain.training import Training
    from portrait_app.services.work import Work
    from portrait_app.web.ui import Act

COVER_EDGE_PX = 320


async def training_cards(work: Work) -> list[TrainingCard]:
    """Cut the person's face models, newest first, each with a picture to know it by."""
    portraits = {asset.training_id: asset.key for asset in sorted(await work.assets.samples(), key=lambda a: a.id)}
    kept, stay_days = await work.selfies.kept_by_training(), (await work.accounts.mine()).photos_stay_days
    waits = {order.training_id: order.waits_until for order in await work.orders.waiting() if not order.generation_id}
    cards: list[TrainingCard] = []
    for row in await work.trainings.started():
        photos = words.photos_of(row, kept.get(row.id, 0), stay_days, now())
        cover = await _cover(work, row, portraits)
        cards.append(TrainingCard.of(row, cover, (photos.words, photos.day), waits.get(row.id)))
    return cards


def running_card(
    training: ObjectVar[TrainingCard], *, href: str | None = None, on_stop: Act | None = None
) -> rx.Component:
    """A face model that is being learned: its phase, and how far it is; it leads to `href`, or can be stopped."""
    left = rx.cond(training.time_left != "", rx.fragment(" · ", ui.locally.words(training.time_left)))
    stop = rx.fragment()
    if on_stop is not None:
        stop = ui.button("Stop…", kind="plain", on_click=on_stop, aria_describedby=_heading_of(training))
    progress = ui.bar(training.percent, rx.fragment(ui.locally.percent(training.percent), left))
    return ui.card(
        _head(training, ui.status(training.phase, "busy")),
        # Not in the head: each phase has its own words, which would break into two lines beside it, and out of them.
        rx.el.div(progress, rx.cond(training.is_stopping, rx.fragment(), stop), class_name="model-progress"),
        href=href,
    )


def ready_card(training: ObjectVar[TrainingCard], on_delete: Act, *, may_make: rx.Var[bool]) -> rx.Component:
    """A face model that portraits can be made from."""
    make = rx.cond(may_make, ui.link("Make portraits", f"/create?model={training.id}"))
    return ui.card(
        _head(training, ui.status("Ready", "good")),
        _photos(training),
        _foot(training, make, on_delete),
    )


def failed_card(
    training: ObjectVar[TrainingCard], on_retry: Act, on_delete: Act, *, may_retry: rx.Var[bool]
) -> rx.Component:
    """A face model that could not be learned: what happened, what is safe, what to do next."""
    again = rx.cond(training.can_try_again & may_retry, ui.button("Try again", on_click=on_retry))
    failed = rx.cond(training.is_in_doubt, ui.status("In doubt", "care"), ui.status("Not learned", "error"))
    return ui.card(
        _head(training, rx.cond(training.is_stopped, ui.status("Stopped"), failed)),
        rx.el.p(training.trouble, class_name="soft small"),
        _photos(training),
        _foot(training, again, on_delete),
    )


def deleted_card(training: ObjectVar[TrainingCard]) -> rx.Component:
    """A face model that was deleted: whether the engine has confirmed it, and when it did."""
    said = rx.el.span(
        f"Deleted here and {training.engine}, ",
        ui.locally.day(training.removed_at),
    )
    leaving = ui.status(f"Being deleted here and {training.engine}", "busy")
    return ui.card(
        _head(training, rx.cond(training.is_gone, rx.el.span(said, class_name="soft small"), leaving)),
        rx.cond(training.trouble != "", rx.el.p(training.trouble, class_name="soft small")),
    )


def _photos(training: ObjectVar[TrainingCard]) -> rx.Component:
    """What there is of its photos, and until when."""
    day = ui.locally.day(training.photos_day)
    return rx.cond(
        training.photos != "",
        rx.el.p(
            ui.locally.words(training.photos),
            rx.cond(training.photos_day != "", rx.fragment(" ", day)),
            class_name="soft small",
        ),
    )


def _head(training: ObjectVar[TrainingCard], status: rx.Component) -> rx.Component:
    return rx.el.div(
        _cover_of(training),
        rx.el.div(
            rx.el.h3(training.name, id=_heading_of(training), class_name="card-title"),
            status,
            role="status",
            class_name="model-words",
        ),
        class_name="model-head",
    )


def _foot(training: ObjectVar[TrainingCard], action: rx.Component, on_delete: Act) -> rx.Component:
    delete = ui.button("Delete", kind="plain", on_click=on_delete, aria_describedby=_heading_of(training))
    return rx.el.div(delete, action, class_name="model-foot")


def _heading_of(training: ObjectVar[TrainingCard]) -> str:
    """The id of its name on the page, which tells a screen reader whose button it is."""
    return f"model-{training.id}"


async def _cover(work: Work, training: Training, portraits: dict[UUID, str | None]) -> str:
    """Return the address of the newest portrait, or of a photo while there is none."""
    key = portraits.get(training.id)
    if key is None and training.removal_asked_at is None and training.photos_deleted_at is None:
        photos = await work.selfies.of(training.id)
        key = next((photo.key for photo in photos if photo.is_usable), None)
    return (await work.links()).to(small_key(key, COVER_EDGE_PX)) if key else ""


def _cover_of(training: ObjectVar[TrainingCard]) -> rx.Component:
    return rx.el.span(
        rx.cond(
            training.cover != "",
            ui.picture(training.cover, "", fit="place"),
            ui.icon("train"),
        ),
        class_name="model-cover",
    )
