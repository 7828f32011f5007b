"""Face models as cards: one that is being learned, one that is ready, one that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.services.thumbnails import small_key
from portrait_app.web import ui
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
    return [
        TrainingCard.of(training, await _cover(work, training, portraits))
        for training in await work.trainings.started()
    ]


def running_card(training: ObjectVar[TrainingCard], *, href: str | None = None) -> rx.Component:
    """A face model that is being learned: its phase, and how far it is; with `href` it leads there."""
    left = rx.cond(training.time_left != "", f" · {training.time_left}", "")
    return ui.card(
        rx.el.div(
            _cover_of(training),
            rx.el.div(
                rx.el.h3(training.name, class_name="card-title"),
                ui.status(training.phase, "busy"),
                role="status",
                class_name="model-words",
            ),
            class_name="model-head",
        ),
        ui.bar(training.percent, f"{training.percent} %{left}"),
        href=href,
    )


def ready_card(training: ObjectVar[TrainingCard]) -> rx.Component:
    """A face model that portraits can be made from."""
    return ui.card(
        rx.el.div(
            _cover_of(training),
            rx.el.div(
                rx.el.h3(training.name, class_name="card-title"),
                ui.status("Ready", "good"),
                class_name="model-words",
            ),
            ui.link("Make portraits", f"/create?model={training.id}"),
            class_name="model-head",
        ),
    )


def failed_card(training: ObjectVar[TrainingCard], on_retry: Act) -> rx.Component:
    """A face model that could not be learned: what happened, what is safe, what to do next."""
    return ui.card(
        rx.el.div(
            _cover_of(training),
            rx.el.div(
                rx.el.h3(training.name, class_name="card-title"),
                ui.status("Not learned", "error"),
                class_name="model-words",
            ),
            ui.button("Try again", on_click=on_retry),
            class_name="model-head",
        ),
        rx.el.p(training.trouble, " Your photos are safe.", class_name="soft small"),
    )


async def _cover(work: Work, training: Training, portraits: dict[UUID, str | None]) -> str:
    """Return the address of the newest portrait, or of a photo while there is none."""
    key = portraits.get(training.id)
    if key is None:
        photos = await work.selfies.of(training.id)
        key = next((photo.key for photo in photos if photo.is_usable), None)
    return work.bucket.link(small_key(key, COVER_EDGE_PX)) if key else ""


def _cover_of(training: ObjectVar[TrainingCard]) -> rx.Component:
    return rx.el.span(
        rx.cond(
            training.cover != "",
            ui.picture(training.cover, "", fit="place"),
            ui.icon("train"),
        ),
        class_name="model-cover",
    )
