"""Knows a browser again while it is away, at its authenticator or at a provider, before anybody has signed in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from portrait_app.services.errands import LIFETIME

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.settings import Settings

COOKIE, STEP = "browser", "step"


def token_of(request: Request, settings: Settings) -> str:
    """Return the browser's token, or nothing when it carries none."""
    return request.cookies.get(_name(settings), "")


def meet(answer: Response, request: Request, settings: Settings) -> None:
    """Give a browser its token with the page, before the page's own questions and a person's click ask side by side.

    Each would be given a token of its own, and the answer that came last would undo what the other had begun.
    """
    if not token_of(request, settings):
        mark(answer, request, settings, new_token())


def step_of(request: Request, settings: Settings) -> str:
    """Return the word of the first of two steps that was taken in this browser, or nothing."""
    return request.cookies.get(_name(settings, STEP), "")


def new_token() -> str:
    """Make a token for a browser that carries none."""
    return secrets.token_urlsafe(32)


def mark(answer: Response, request: Request, settings: Settings, token: str) -> None:
    """Have the browser carry its token until it is closed. It says nothing of who sits there."""
    is_secure = settings.is_https or request.url.scheme == "https"
    answer.set_cookie(_name(settings), token, httponly=True, secure=is_secure, samesite="lax", path="/")


def mark_step(answer: Response, request: Request, settings: Settings, word: str) -> None:
    """Have the browser carry the word of its first step for as long as that is waited for; none takes it back."""
    is_secure = settings.is_https or request.url.scheme == "https"
    lifetime = int(LIFETIME.total_seconds()) if word else 0
    name = _name(settings, STEP)
    answer.set_cookie(name, word, max_age=lifetime, httponly=True, secure=is_secure, samesite="lax", path="/")


def _name(settings: Settings, cookie: str = COOKIE) -> str:
    # Browsers take a __Host- cookie from this very host alone, over TLS; on localhost there is none to be had.
    return f"__Host-{cookie}" if settings.is_https else cookie
