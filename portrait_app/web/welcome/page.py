"""The public page: what this is, in one screen, with portraits that show it and one thing to do."""

from __future__ import annotations

import reflex as rx

from portrait_app.web import ui

SIGN_UP = "/auth/sign-up"
SIGN_IN = "/auth/sign-in"

# Style → the mean colour of its picture in assets/showcase/, for the box before it arrives.
SHOWCASE = {
    "studio": "#6e574e",
    "corporate": "#a9948d",
    "noir": "#3b3a38",
    "neon": "#4c3455",
    "film": "#b5856d",
    "oil": "#684628",
}


def welcome_page() -> rx.Component:
    """Lay out the public page; every word of it is in the served HTML."""
    return rx.el.div(
        rx.el.header(
            brand(),
            ui.door("Sign in", SIGN_IN, kind="plain"),
            class_name="welcome-head",
        ),
        rx.el.main(_pitch(), _wall(), class_name="welcome"),
        class_name="welcome-page",
    )


def brand() -> rx.Component:
    """The studio's name beside its mark."""
    return rx.el.span(
        rx.el.img(src="/icons/icon.svg", alt="", width="32", height="32"), "Portrait Studio", class_name="brand"
    )


def _pitch() -> rx.Component:
    return rx.el.div(
        rx.el.h1("A portrait studio for your own face", class_name="welcome-title"),
        rx.el.p(
            "Give it a handful of selfies. It learns your face, then makes portraits of you, one after another.",
            class_name="welcome-lede",
        ),
        ui.door("Make my portraits", SIGN_UP, kind="primary"),
        rx.el.p(
            "The built-in darkroom relights and restyles your own photos, on this machine. "
            "It invents no clothes and no scenes.",
            class_name="soft small",
        ),
        class_name="welcome-pitch",
    )


def _wall() -> rx.Component:
    return rx.el.ul(
        *(_shown(style, colour) for style, colour in SHOWCASE.items()),
        class_name="welcome-wall",
        aria_label="The same person in six styles",
    )


def _shown(style: str, colour: str) -> rx.Component:
    return rx.el.li(
        ui.picture(
            f"/showcase/{style}.webp",
            f"A portrait in the {style} style",
            colour=colour,
            sizes="(width >= 56.25rem) 14rem, 33vw",
            loading="eager",
            fit="place",
        ),
        rx.el.span(style.capitalize(), class_name="welcome-style", aria_hidden="true"),
    )
