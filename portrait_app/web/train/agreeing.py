"""The step before the first photo: whose face it is, what becomes of it, and one's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.domain.consent import DETAILS, STATEMENT, VERSION
from portrait_app.web import ui

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from portrait_app.web.ui import Act, Words


def agreeing(where_photos_stay: Words, on_agree: Callable[[Any], Act]) -> rx.Component:
    """Ask for one's word. The page says which words it showed: one that is older than the studio is asked again.

    Photos that are dropped or pasted meanwhile wait in the page (js/upload.js).
    """
    return rx.el.section(
        rx.el.h2("Before your first photo", class_name="card-title"),
        rx.el.p(STATEMENT, class_name="agree-statement"),
        rx.el.ul(
            *(rx.el.li(ui.icon("check"), detail) for detail in DETAILS),
            rx.el.li(ui.icon("check"), rx.el.span(where_photos_stay)),
            class_name="teach-advice",
        ),
        rx.el.p(id="held-photos", role="status", class_name="small"),
        ui.button("Yes, I agree", kind="primary", is_full=True, on_click=on_agree(VERSION)),
        ui.room_link("What is kept, where and for how long", href="/you/face"),
        class_name="card agree",
        data_asks_first="yes",
    )
