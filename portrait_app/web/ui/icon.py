"""Our own line icons on a 24 px grid: one path each, so that a page carries only the icons it shows."""

from __future__ import annotations

from typing import Literal

import reflex as rx

IconName = Literal[
    "home", "train", "create", "gallery", "you", "plus", "minus", "check", "close", "back", "next", "download", "share",
    "trash", "undo", "camera", "upload", "warning", "info", "offline", "clock", "zoom", "more", "leave", "look", "edit",
]  # fmt: skip

_CIRCLE = "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z"

OUTLINES: dict[IconName, str] = {
    "home": "M4 10.6 12 4l8 6.6V18.6A1.4 1.4 0 0 1 18.6 20H14.5v-5.5h-5V20H5.4A1.4 1.4 0 0 1 4 18.6z",
    "train": "M4 8V6.4A2.4 2.4 0 0 1 6.4 4H8M16 4h1.6A2.4 2.4 0 0 1 20 6.4V8M20 16v1.6a2.4 2.4 0 0 1-2.4 2.4H16"
    "M8 20H6.4"
    "A2.4 2.4 0 0 1 4 17.6V16M9 9.4v1.2M15 9.4v1.2M8.8 14.4c.8 1 1.9 1.5 3.2 1.5s2.4-.5 3.2-1.5",
    "create": "M10.5 3.8c.9 5 2.5 6.6 7.5 7.5-5 .9-6.6 2.5-7.5 7.5-.9-5-2.5-6.6-7.5-7.5 5-.9 6.6-2.5 7.5-7.5z"
    "M18.5 15.5v5M16 18h5",
    "gallery": "M4 9a2.4 2.4 0 0 1 2.4-2.4h8.2A2.4 2.4 0 0 1 17 9v8.6a2.4 2.4 0 0 1-2.4 2.4H6.4A2.4 2.4 0 0 1 4 17.6z"
    "M4.3 17.2l3.3-3.4a1.2 1.2 0 0 1 1.7 0l5.6 5.9M13.2 10.4v.01M8 3.6h9.4A2.6 2.6 0 0 1 20 6.2v9.6",
    "you": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.7-3.4 3.6-5.2 7.5-5.2s6.8 1.8 7.5 5.2",
    "plus": "M12 5v14M5 12h14",
    "minus": "M5 12h14",
    "check": "m5 12.6 4.6 4.6L19 7.6",
    "close": "m6 6 12 12M18 6 6 18",
    "back": "m14.5 5-7 7 7 7",
    "next": "m9.5 5 7 7-7 7",
    "download": "M12 4v11M7.5 10.6 12 15l4.5-4.4M5 19.6h14",
    "share": "M12 14.4V3.8M8.2 7.4 12 3.7l3.8 3.7M8 10.6H6.8A1.8 1.8 0 0 0 5 12.4v5.8A1.8 1.8 0 0 0 6.8"
    " 20h10.4a1.8 1.8 0 0 0 "
    "1.8-1.8v-5.8a1.8 1.8 0 0 0-1.8-1.8H16",
    "trash": "M4.5 7h15M9.4 7V5.3A1.3 1.3 0 0 1 10.7 4h2.6a1.3 1.3 0 0 1 1.3 1.3V7"
    "M6.4 7l.8 11.1A2 2 0 0 0 9.2 20h5.6a2 2 0 0 0 "
    "2-1.9L17.6 7M10.2 11v5M13.8 11v5",
    "undo": "M8.5 5 4.5 9l4 4M5 9h9a5.5 5.5 0 0 1 0 11h-3",
    "camera": "M4 8.9A1.9 1.9 0 0 1 5.9 7h1.9l1.5-2.2h5.4L16.2 7h1.9A1.9 1.9 0 0 1 20 8.9v8.2a1.9 1.9 0 0 1-1.9 1.9H5.9"
    "A1.9 1.9 0 0 1 4 17.1zM12 16a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6z",
    "upload": "M12 15V4M7.5 8.4 12 4l4.5 4.4M5 15.5V18a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-2.5",
    "warning": "M10.9 4.9 3.3 18.1A1.3 1.3 0 0 0 4.4 20h15.2a1.3 1.3 0 0 0 1.1-1.9L13.1 4.9a1.3 1.3 0 0 0-2.2 0z"
    "M12 10v4M12 16.8v.01",
    "info": f"{_CIRCLE}M12 11v5.2M12 7.8v.01",
    "offline": "m4 4 16 16M7.4 8A5 5 0 0 0 7.5 18H16M10.4 6.4A5.4 5.4 0 0 1 17.2 11a3.6 3.6 0 0 1 2.5 5.8",
    "clock": f"{_CIRCLE}M12 7.4V12l3 2",
    "zoom": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.3 15.3 20 20M10.5 8v5M8 10.5h5",
    "more": "M5.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0zM11.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0z"
    "M17.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0z",
    "leave": "M14 4.5H7A1.8 1.8 0 0 0 5.2 6.3v11.4A1.8 1.8 0 0 0 7 19.5h7M10.5 12H20M16.4 8.4 20 12l-3.6 3.6",
    "look": f"{_CIRCLE}M12 3.5v17",
    "edit": "M4 20l.9-4L15.6 5.3a1.8 1.8 0 0 1 2.5 0l.6.6a1.8 1.8 0 0 1 0 2.5L8 19.1zM13.6 7.3l3.1 3.1",
}

SOLIDS: dict[IconName, str] = {
    "home": OUTLINES["home"],
    "train": "M7 4h10a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z"
    "M9 7.8c-.8 0-1.4.6-1.4 1.4v1.4a1.4 1.4 0 0 0 "
    "2.8 0V9.2c0-.8-.6-1.4-1.4-1.4zM15 7.8c-.8 0-1.4.6-1.4 1.4v1.4a1.4 1.4 0 0 0 2.8 0V9.2c0-.8-.6-1.4-1.4-1.4z"
    "M7.8 13.5c-.5.4-.6 1-.2 1.5 1.1 1.4 2.6 2.1 4.4 2.1s3.3-.7 4.4-2.1c.4-.5.3-1.1-.2-1.5s-1.1-.3-1.5.2"
    "c-.7.8-1.5 1.2-2.7 1.2s-2-.4-2.7-1.2c-.4-.5-1-.6-1.5-.2z",
    "create": OUTLINES["create"],
    "gallery": "M4 9a2.4 2.4 0 0 1 2.4-2.4h8.2A2.4 2.4 0 0 1 17 9v8.6a2.4 2.4 0 0 1-2.4 2.4H6.4A2.4 2.4 0 0 1 4 17.6z"
    "M13.2 8.7a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM5.4 18.6l3.5-5 3.3 3.6 1.2-1.2 2.2 2.6z"
    "M8 3.3h9.4a2.9 2.9 0 0 1 2.9 2.9v9.6h-.6V6.2a2.3 2.3 0 0 0-2.3-2.3H8z",
    "you": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.7-3.4 3.6-5.2 7.5-5.2s6.8 1.8 7.5 5.2z",
}  # fmt: skip


def icon(name: IconName, *, is_solid: bool = False, class_name: str = "") -> rx.Component:
    """Draw an icon, 24 px unless its place says otherwise, in the colour of the words around it.

    It says nothing to a screen reader: the button or link around it carries the words.
    """
    return rx.el.svg(
        rx.el.path(d=SOLIDS[name] if is_solid else OUTLINES[name]),
        width="24",  # where no stylesheet has come, it isn't as large as the page
        height="24",
        view_box="0 0 24 24",
        fill="currentColor" if is_solid else "none",
        stroke="currentColor",
        stroke_width="1" if is_solid else "1.7",
        stroke_linecap="round",
        stroke_linejoin="round",
        custom_attrs={"fillRule": "evenodd"},
        aria_hidden="true",
        class_name=f"icon {class_name}".strip(),
    )
