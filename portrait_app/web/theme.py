"""How every page of the app is dressed: its stylesheets and its head.

The look a person chose is kept in the cookie `look`, "theme.hue": auto, light or dark, and the accent's hue, 0 to 360
("dark.145"), with the language of dates and numbers after it where one was chosen ("dark.145.de-DE"). js/early.js puts
it on <html> before the first paint; js/furniture.js writes it while it is being chosen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import reflex as rx

ROOMS = ("welcome", "home", "train", "agree", "create", "gallery", "you")
STYLESHEETS = [
    "css/tokens.css",
    "css/base.css",
    "css/parts/controls.css",
    "css/parts/choices.css",
    "css/parts/surfaces.css",
    "css/parts/sheets.css",
    "css/parts/settings.css",
    "css/parts/pictures.css",
    "css/parts/faces.css",
    "css/parts/shell.css",
    *(f"css/rooms/{room}.css" for room in ROOMS),
]

_EARLY = Path(__file__).parents[2] / "assets" / "js" / "early.js"


def head() -> list[rx.Component]:
    """Give the tags of every page's head: the look before the first paint, the installable app, our scripts."""
    return [
        rx.el.meta(name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        rx.el.script(_EARLY.read_text(encoding="utf-8")),
        _browser_tint("light", "#fafafc"),
        _browser_tint("dark", "#0e0e12"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.link(rel="icon", href="/icons/icon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icons/apple-touch-icon.png"),
        rx.el.meta(name="apple-mobile-web-app-capable", content="yes"),
        rx.el.meta(name="apple-mobile-web-app-title", content="Portraits"),
        rx.el.meta(name="apple-mobile-web-app-status-bar-style", content="default"),
        rx.el.script(src="/js/furniture.js", defer=True),
        rx.el.script(src="/js/arriving.js", defer=True),
    ]


def script_of_room(name: str) -> rx.Component:
    """Return a script that one room needs: it comes with that room, once, and stays for the rooms looked at later.

    React puts it into the page's head; there is no order among such scripts, and none after the head's own is needed.
    """
    return rx.el.script(src=f"/js/{name}.js", async_=True)


def _browser_tint(scheme: Literal["light", "dark"], colour: str) -> rx.Component:
    """The browser's own bars, in --surface of the default hue; js/furniture.js follows the person's choice."""
    return rx.el.meta(name="theme-color", content=colour, custom_attrs={"media": f"(prefers-color-scheme: {scheme})"})
