"""The Create room: whose face, which style, which shape, how many; and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx
from reflex.vars import LiteralVar

from portrait_app.domain.generation import MOST_AT_ONCE
from portrait_app.domain.styles import STYLES
from portrait_app.web import ui
from portrait_app.web.coming import coming_line, stop_sheet
from portrait_app.web.create.cards import SHAPES, WITHHELD, Shape, StyleTile
from portrait_app.web.create.doubtful import doubtful_notice
from portrait_app.web.create.state import LATEST, CreateState
from portrait_app.web.portraits import portrait_cell, ratio_of_last
from portrait_app.web.shell import frame
from portrait_app.web.staying import StayState
from portrait_app.web.train.shelf import running_card

if TYPE_CHECKING:
    from reflex.vars import ObjectVar

    from portrait_app.web.create.doubtful import Doubtful
    from portrait_app.web.views import PortraitCard, TrainingCard

TWICE_PRESSED_MS = 800  # two taps of one finger are one order
DARKROOM = (
    "The darkroom makes these on this machine: it relights and restyles your own photos, "
    "and invents no clothes and no scenes."
)

_SENTENCES = LiteralVar.create({style.key: style.sentence for style in STYLES.values()}).to(dict[str, str])
_SHAPE_WORDS = LiteralVar.create({shape.name: shape.words for shape in SHAPES}).to(dict[str, str])


def create_page() -> rx.Component:
    """Lay out the room in its frame."""
    # Whose face is learned already is not told to add selfies.
    no_model = rx.cond(CreateState.withheld != "", rx.fragment(), _no_model())
    room = rx.cond(CreateState.models.length() > 0, _room(), rx.cond(CreateState.is_here, no_model, _arriving()))
    gallery = ui.link("Your gallery", "/gallery")
    withheld = rx.cond(CreateState.withheld != "", ui.notice(CreateState.withheld, WITHHELD, gallery, kind="care"))
    shown = rx.cond(StayState.leave_on == "", rx.fragment(withheld, room), _left_as_it_is())
    return frame("Create", shown, active="create", beside=(stop_sheet(CreateState),), looks_again=CreateState.enter)


def _room() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.cond(CreateState.models.length() > 1, _models()),
            _styles(),
            _shapes(),
            rx.cond(CreateState.is_darkroom, rx.el.p(DARKROOM, class_name="soft small")),
            _action(),
            class_name="create-form",
        ),
        _latest(),
        class_name="two-columns",
    )


def _models() -> rx.Component:
    tiles = ui.choices("Face model", rx.foreach(CreateState.models, _model))
    return _choice("Face model", rx.el.div(tiles, class_name="create-models"))


def _model(model: ObjectVar[TrainingCard]) -> rx.Component:
    tile = ui.choice(
        "model",
        model.id,
        model.name,
        rx.cond(
            model.cover != "",
            ui.picture(model.cover, "", ratio=1, sizes="5rem"),
            rx.el.span(ui.icon("train"), class_name="create-no-cover"),
        ),
        chosen=CreateState.model,
        on_change=CreateState.choose_model,
    )
    tile.key = model.id
    return tile


def _styles() -> rx.Component:
    tiles = ui.choices("Style", rx.foreach(CreateState.styles, _style))
    return _choice("Style", rx.el.div(tiles, class_name="create-styles"), says=_SENTENCES[CreateState.style])


def _style(style: ObjectVar[StyleTile]) -> rx.Component:
    tile = ui.choice(
        "style",
        style.key,
        style.title,
        ui.picture(
            style.sample,
            "",
            ratio=1,
            colour=style.colour,
            src_set=style.srcset,
            sizes=ui.SIZES_IN_TILES,
            data_tone=style.tone,
        ),
        chosen=CreateState.style,
        on_change=CreateState.choose_style,
    )
    tile.key = style.key
    return tile


def _shapes() -> rx.Component:
    outlines = rx.el.div(
        *(_shape(shape) for shape in SHAPES), role="radiogroup", aria_label="Shape", class_name="create-shapes"
    )
    return _choice("Shape", outlines, says=_SHAPE_WORDS[CreateState.aspect])


def _shape(shape: Shape) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="shape",
            value=shape.name,
            checked=CreateState.aspect == shape.name,
            on_change=CreateState.choose_aspect,
            class_name="unseen",
        ),
        rx.el.span(
            rx.el.span(custom_attrs={"style": {"width": f"{shape.width}%", "height": f"{shape.height}%"}}),
            class_name="create-outline",
        ),
        rx.el.span(shape.name),
        title=shape.words,
        class_name="create-shape",
    )


def _choice(title: str, control: rx.Component, says: ui.Child = "") -> rx.Component:
    """One choice: what is chosen here, in words what is chosen now, and the control."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="card-title"),
            rx.el.span(says, class_name="soft small", aria_live="polite"),
            class_name="create-choice-head",
        ),
        control,
        class_name="create-choice",
    )


def _action() -> rx.Component:
    """Low, within the thumb's reach, while the choices scroll above it."""
    label = rx.cond(CreateState.count == 1, "Make 1 portrait", f"Make {CreateState.count} portraits")
    return rx.el.div(
        ui.stepper("portraits", CreateState.count, CreateState.choose_count, high=MOST_AT_ONCE),
        ui.button(label, kind="primary", is_full=True, on_click=CreateState.order.throttle(TWICE_PRESSED_MS)),
        class_name="action-bar create-action",
    )


def _latest() -> rx.Component:
    """What is being made and what has just arrived; always on the page, so that an order can scroll to it."""
    return rx.el.section(
        rx.cond(
            CreateState.latest.length() > 0,
            rx.el.div(
                rx.el.h2("Latest", class_name="card-title"),
                coming_line(CreateState.coming),
                class_name="create-choice-head",
            ),
        ),
        rx.cond(CreateState.lost != "", ui.notice(CreateState.lost_headline, CreateState.lost, kind="care")),
        rx.foreach(CreateState.doubtful, _doubtful),
        rx.cond(
            CreateState.latest.length() > 0,
            ui.picture_rows(rx.foreach(CreateState.latest, _latest_cell), last=ratio_of_last(CreateState.latest)),
        ),
        id=LATEST,
        aria_label="Latest portraits",
        class_name="create-latest",
    )


def _doubtful(orders: ObjectVar[Doubtful]) -> rx.Component:
    notice = doubtful_notice(orders, CreateState.try_again(orders.loss).throttle(TWICE_PRESSED_MS))
    notice.key = orders.loss
    return notice


def _latest_cell(portrait: ObjectVar[PortraitCard]) -> rx.Component:
    return portrait_cell(portrait)


def _left_as_it_is() -> rx.Component:
    """What somebody sees who is about to leave: the latest, and no way to order more."""
    nothing = "No new portraits are made while you are about to leave."
    has_latest = CreateState.latest.length() > 0
    return rx.cond(has_latest, _latest(), ui.empty("create", nothing, ui.link("Your gallery", "/gallery")))


def _no_model() -> rx.Component:
    return rx.cond(
        CreateState.learning.length() > 0,
        rx.el.div(
            rx.el.p("Your first portraits order themselves as soon as your face is learned.", class_name="create-lede"),
            rx.foreach(CreateState.learning, _learning),
            class_name="stack",
        ),
        ui.empty(
            _fan(),
            "Portraits are made from your face. A handful of selfies is all it takes to learn it.",
            ui.link("Add selfies", "/train", kind="primary"),
        ),
    )


def _fan() -> rx.Component:
    """Three of the studio's own portraits, held like prints."""
    prints = [ui.picture(f"/showcase/{style}.webp", "", ratio=0.8, sizes="8rem") for style in ("oil", "studio", "neon")]
    return rx.el.div(*prints, class_name="create-fan", aria_hidden="true")


def _learning(training: ObjectVar[TrainingCard]) -> rx.Component:
    return running_card(training, href="/train")


def _arriving() -> rx.Component:
    return rx.el.div(*(ui.skeleton("picture") for _ in range(6)), class_name="create-arriving", aria_hidden="true")
