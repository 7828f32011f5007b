"""Furniture: what every room is built from; it knows no State and owns its style by class."""

from portrait_app.web.ui import locally, toast
from portrait_app.web.ui.button import ButtonKind, button, door, icon_button, link, room_link
from portrait_app.web.ui.card import card, line, lines
from portrait_app.web.ui.field import Choice, choice, choices, field, hue_slider, segments, stepper, theme_choice
from portrait_app.web.ui.icon import IconName, icon
from portrait_app.web.ui.kinds import Act, Amount, Child, Tone, Truth, Words
from portrait_app.web.ui.look import worn_look
from portrait_app.web.ui.notice import empty, notice
from portrait_app.web.ui.picture import (
    SIZES_IN_ROWS,
    SIZES_IN_TILES,
    picture,
    picture_cell,
    picture_rows,
    slide,
    square,
    srcset,
    viewer,
)
from portrait_app.web.ui.script import perform
from portrait_app.web.ui.setting import setting_menu, setting_switch
from portrait_app.web.ui.sheet import close_sheet, confirm, open_sheet, sheet
from portrait_app.web.ui.waiting import bar, skeleton, status

__all__ = [
    "SIZES_IN_ROWS", "SIZES_IN_TILES", "Act", "Amount", "ButtonKind", "Child", "Choice", "IconName", "Tone",
    "Truth", "Words", "bar", "button", "card", "choice", "choices", "close_sheet", "confirm", "door", "empty",
    "field", "hue_slider", "icon", "icon_button", "line", "lines", "link", "locally", "notice", "open_sheet",
    "perform", "picture", "picture_cell", "picture_rows", "room_link", "segments", "setting_menu", "setting_switch",
    "sheet", "skeleton", "slide", "square", "srcset", "status", "stepper", "theme_choice", "toast", "viewer",
    "worn_look",
]  # fmt: skip
