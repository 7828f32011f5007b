"""What is said when something is in between the person and the studio: no network, server or picture, a broken page."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_connection_errors

from portrait_app.web import ui

OFFLINE = "You're offline. You can look around; what you change can't be saved until you're back."
NO_PICTURES = "Pictures can't be shown just now. They are safe, and appear by themselves as soon as they can."
RECONNECTING = "Reconnecting to the studio. Nothing is lost; this page will catch up."


def overlay(_is_stateful: bool) -> rx.Component:
    """Stand above every page: the offline and reconnecting banners, and the place for toasts.

    Offline is the browser's own word (js/furniture.js); js/arriving.js finds that pictures don't come. Reconnecting
    shows itself after four seconds without an answer (parts/shell.css), since a phone that wakes up is back sooner.
    """
    return rx.fragment(
        rx.el.div(
            _banner("offline", "offline", OFFLINE),
            _banner("no-pictures", "gallery", NO_PICTURES),
            rx.cond(has_connection_errors, _banner("reconnecting", "clock", RECONNECTING)),
            class_name="banners",
            role="status",
        ),
        ui.toast.place(),
    )


def error_boundary(is_stateful: bool) -> rx.Component:
    """Catch what breaks while a page is drawn: the log hears of it, and the person gets a way on."""
    if is_stateful:
        return ErrorBoundary.create(fallback_render=_broken())
    return ErrorBoundary.create(fallback_render=_broken(), on_error=rx.noop())


def _banner(when: str, icon: ui.IconName, words: str) -> rx.Component:
    return rx.el.div(ui.icon(icon), words, class_name="banner", data_when=when)


def _broken() -> rx.Component:
    return rx.el.main(
        ui.empty(
            "warning",
            "This page stumbled. Your photos and portraits are safe.",
            rx.el.div(
                ui.button("Try again", kind="primary", data_reload="yes"),
                ui.door("Go home", "/home"),
                class_name="actions",
            ),
        ),
        class_name="page broken",
        role="alert",
    )
