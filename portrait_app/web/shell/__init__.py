"""What stands around every room: the frame, the banners, and what the app itself must be told to wear them."""

from __future__ import annotations

from typing import Any

from portrait_app.web import theme
from portrait_app.web.shell.banners import error_boundary, overlay
from portrait_app.web.shell.frame import TABS, Tab, frame

__all__ = ["TABS", "Tab", "app_options", "frame"]


def app_options() -> dict[str, Any]:
    """Give the options for `rx.App(**shell.app_options())`.

    They leave out what Reflex would bring by itself: its style reset, its toaster, its connection overlay and its error
    page. Ours are smaller and speak plainly.
    """
    return {
        "stylesheets": theme.STYLESHEETS,
        "reset_style": False,
        "head_components": theme.head(),
        "html_lang": "en",
        "toaster": None,
        "app_wraps": {
            (55, "ErrorBoundary"): error_boundary,
            (5, "Overlay"): overlay,
        },
    }
