"""What a tab holds is for the browser session that it was shown to: whoever comes next in it finds it empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import reflex as rx
from reflex.middleware.middleware import Middleware

from portrait_app.services import sessions
from portrait_app.services.cookie import cookie_name, token_in
from portrait_app.web import house
from portrait_app.web.worn import take_off

if TYPE_CHECKING:
    from collections.abc import Callable

    from reflex.app import App
    from reflex.event import Event
    from reflex.state import BaseState, StateUpdate

_SHOWS_ALL = ("hydrate", "hydrate_and_load")
"""Reflex's events that send a tab everything it holds, before any room has asked who is there."""


_FILLED_FOR = "_filled_for"  # hidden from browsers by its name, not from us


class TabState(rx.State):
    """For whom a tab is filled."""

    _filled_for: str = ""


class OnePerson(Middleware):
    """Empties a tab before an event of another session than the one it was filled for.

    A tab's name is its browser's to choose and outlives a sign-out, and its State outlives both.
    """

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:  # noqa: ARG002 -- Reflex's
        """Let the event go on, in a tab that holds nothing of anybody else."""
        tab = await state.get_state(TabState)
        token = token_behind(str(tab.router.headers.cookie or ""))
        browser = browser_of(token)
        shows_all = event.name.rpartition(".")[2] in _SHOWS_ALL
        is_over = shows_all and not await _is_signed_in(token)
        if getattr(tab, _FILLED_FOR) != browser or is_over:
            root = state
            while root.parent_state is not None:
                root = root.parent_state
            root.reset()
            setattr(tab, _FILLED_FOR, browser)
        elif shows_all:  # while the tab was shut another look may have been chosen: the page came with that
            await take_off(state)
        return None


def token_behind(cookies: str) -> str:
    """Return the session's token in a browser's Cookie header, or nothing."""
    return token_in(cookies, cookie_name(is_https=house.workshop().settings.is_https))


def browser_of(token: str) -> str:
    """Name a session without its token, which stays out of every State."""
    return sessions.digest(token).hex() if token else ""


def browser_at(app: App) -> Callable[[str], str | None]:
    """Return what names the session at a tab's socket, as its handshake told it; None where there is no socket."""
    sockets = app.event_namespace
    server: Any = app.sio  # it says nothing of its types

    def found(tab: str) -> str | None:
        sid = sockets.token_to_sid.get(tab) if sockets else None
        if sockets is None or server is None or sid is None:
            return None
        shaken = cast("dict[str, str]", server.get_environ(sid, sockets.namespace) or {})
        return browser_of(token_behind(shaken.get("HTTP_COOKIE", "")))

    return found


async def _is_signed_in(token: str) -> bool:
    return await sessions.who(house.workshop().desk, token, is_used=False) is not None
