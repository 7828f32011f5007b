"""The gallery: every portrait in justified rows, narrowed if one likes, and a viewer over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from portrait_app.domain.styles import STYLES
from portrait_app.web import theme, ui
from portrait_app.web.gallery import scripts
from portrait_app.web.gallery.state import GalleryState
from portrait_app.web.portraits import portrait_to_come, ratio_of_last
from portrait_app.web.shell import frame
from portrait_app.web.staying import StayState

if TYPE_CHECKING:
    from reflex.vars import ObjectVar

    from portrait_app.web.gallery.cards import Option, Portrait

CHOSEN = "chosen-portraits"
SIZES_IN_GALLERY = "(width >= 56.25rem) 14rem, 34vw"


def gallery_page() -> rx.Component:
    """Lay out the gallery in its frame."""
    return frame(
        "Gallery",
        rx.cond(GalleryState.is_here, _room(), _waiting()),
        active="gallery",
        beside=(_viewer(), theme.script_of_room("viewer"), theme.script_of_room("choosing")),
        looks_again=GalleryState.enter,
    )


def _room() -> rx.Component:
    has_portraits = (GalleryState.newest.length() + GalleryState.older.length()) > 0
    is_narrowed = (GalleryState.model != "") | (GalleryState.style != "")
    return rx.fragment(
        rx.cond(has_portraits | is_narrowed, _filters()),
        rx.cond(has_portraits, _portraits(), rx.cond(is_narrowed, _none_such(), _none_yet())),
    )


def _filters() -> rx.Component:
    models = rx.foreach(GalleryState.models, _option)
    styles = [rx.el.option(style.title, value=style.key) for style in STYLES.values()]
    return rx.el.div(
        rx.cond(
            GalleryState.models.length() > 1,
            _menu("Face model", "Everyone", models, value=GalleryState.model, on_change=GalleryState.choose_model),
        ),
        _menu("Style", "All styles", *styles, value=GalleryState.style, on_change=GalleryState.choose_style),
        rx.cond(
            GalleryState.is_selecting,
            ui.button("Cancel", kind="plain", on_click=GalleryState.stop_selecting),
            ui.button("Select", kind="plain", on_click=GalleryState.select),
        ),
        class_name="gallery-filters",
    )


def _menu(label: str, everything: str, *options: ui.Child, value: rx.Var[str], on_change: Any) -> rx.Component:
    return rx.el.span(
        rx.el.select(rx.el.option(everything, value=""), *options, value=value, on_change=on_change, aria_label=label),
        ui.icon("next"),
        class_name="gallery-filter",
        data_is_set=value != "",
    )


def _option(option: ObjectVar[Option]) -> rx.Component:
    return rx.el.option(option.label, value=option.value, key=option.value)


def _portraits() -> rx.Component:
    rows = ui.picture_rows(
        rx.foreach(GalleryState.newest, _cell),
        rx.foreach(GalleryState.older, _cell),
        last=ratio_of_last(GalleryState.newest, GalleryState.older),
    )
    return rx.fragment(
        rx.el.div(rows, on_mount=scripts.keep_steady(), class_name="gallery-rows"),
        rx.cond(GalleryState.next_page != "", _more()),
        rx.cond(GalleryState.is_selecting, _chosen()),
    )


def _cell(portrait: ObjectVar[Portrait]) -> rx.Component:
    cell = rx.cond(
        portrait.is_ready,
        rx.cond(
            GalleryState.is_selecting,
            _pick(portrait),
            ui.picture_cell(
                _thumbnail(portrait), ratio=portrait.picture.ratio, slide=portrait.slide, label=portrait.alt
            ),
        ),
        portrait_to_come(portrait.style, ratio=portrait.picture.ratio),
    )
    cell.key = portrait.id
    return cell


def _pick(portrait: ObjectVar[Portrait]) -> rx.Component:
    """A portrait that is chosen by a tap; the form is in the bar below the rows."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=portrait.id,
            form=CHOSEN,
            aria_label=portrait.alt,
            class_name="unseen",
            data_chooses="yes",
        ),
        _thumbnail(portrait),
        rx.el.span(ui.icon("check"), class_name="choice-tick"),
        class_name="picture-place gallery-pick",
        custom_attrs={"style": {"--ratio": portrait.picture.ratio}},
    )


def _chosen() -> rx.Component:
    """How many are chosen (js/choosing.js counts them), and what can be done with them."""
    return rx.el.form(
        rx.el.output("None chosen", data_counts_chosen="yes"),
        ui.button("All", data_chooses_all="yes"),
        ui.button("Delete", kind="danger", icon_name="trash", submits=True, is_disabled=True, data_needs_chosen="yes"),
        id=CHOSEN,
        on_submit=GalleryState.delete_chosen,
        class_name="action-bar gallery-chosen",
    )


def _thumbnail(portrait: ObjectVar[Portrait]) -> rx.Component:
    return ui.picture(
        portrait.picture.small,
        "",  # the button around it says what it shows
        ratio=portrait.picture.ratio,
        colour=portrait.picture.colour,
        src_set=portrait.picture.srcset,
        sizes=SIZES_IN_GALLERY,
    )


def _more() -> rx.Component:
    """The button, for who'd rather press. Its page is its key: the one around a fresh button watches anew."""
    button = ui.button("Show more", data_brings_slides="yes", on_click=GalleryState.show_more)
    return ComesNear.create(button, key=GalleryState.next_page, class_name="gallery-more")


class ComesNear(BaseHTML):
    """An element that has its button pressed when it comes within a screen or two (js/viewer.js)."""

    tag = "near"  # Reflex names a component of its own after it, which can't have a dash
    alias = "comes-near"


def _viewer() -> rx.Component:
    return ui.viewer("portraits", rx.foreach(GalleryState.newest, _slide), rx.foreach(GalleryState.older, _slide))


def _slide(portrait: ObjectVar[Portrait]) -> rx.Component:
    slide = rx.cond(
        portrait.is_ready,
        ui.slide(
            portrait.slide,
            ui.picture(
                portrait.picture.small,
                portrait.alt,
                ratio=portrait.picture.ratio,
                colour=portrait.picture.colour,
                src_set=portrait.picture.srcset,
                sizes="100vw",
            ),
            _facts(portrait),
            ui.icon_button("you", "Use as my picture", on_click=GalleryState.use_as_my_picture(portrait.id)),
            ui.icon_button("trash", "Delete", on_click=GalleryState.delete(portrait.id)),
            download=portrait.download,
            file_name=portrait.file_name,
        ),
    )
    slide.key = portrait.id
    return slide


def _facts(portrait: ObjectVar[Portrait]) -> rx.Component:
    return rx.el.span(
        rx.el.strong(portrait.style),
        rx.el.span(
            ui.locally.short_date(portrait.made_at),  # first: where there is little room a name may lose its end
            rx.cond(portrait.model != "", f" · {portrait.model}", ""),
        ),
        class_name="gallery-facts",
    )


def _none_yet() -> rx.Component:
    soon = "Your first portraits will hang here. They come by themselves as soon as your face is learned."
    return rx.cond(
        GalleryState.is_learning,
        ui.empty("gallery", soon, ui.link("See how far it is", "/train")),
        ui.empty(
            "gallery",
            "Your portraits will hang here, newest first, as they are made.",
            rx.cond(StayState.leave_on == "", _make_some()),
        ),
    )


def _make_some() -> rx.Component:
    add = ui.link("Add your selfies", "/train", kind="primary", icon_name="camera")
    return rx.cond(GalleryState.models.length() > 0, ui.link("Make some", "/create", kind="primary"), add)


def _none_such() -> rx.Component:
    return ui.empty("gallery", "Nothing of this kind yet.", ui.button("Show all", on_click=GalleryState.show_all))


def _waiting() -> rx.Component:
    places = (portrait_to_come("", ratio=0.8) for _ in range(12))
    return rx.el.div(ui.picture_rows(*places), class_name="gallery-waiting", aria_hidden="true")
