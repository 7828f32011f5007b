"""Knows a browser again while it is away, at its authenticator or at a provider, before anybody has signed in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.settings import Settings

COOKIE = "browser"


def token_of(request: Request, settings: Settings) -> str:
    """Return the browser's token, or nothing when it carries none."""
    return request.cookies.get(_name(settings), "")


def new_token() -> str:
    """Make a token for a browser that carries none."""
    return secrets.token_urlsafe(32)


def mark(answer: Response, request: Request, settings: Settings, token: str) -> None:
    """Have the browser carry its token until it is closed. It says nothing of who sits there."""
    is_secure = settings.is_https or request.url.scheme == "https"
    answer.set_cookie(_name(settings), token, httponly=True, secure=is_secure, samesite="lax", path="/")


def _name(settings: Settings) -> str:
    # Browsers take a __Host- cookie from this very host alone, over TLS; on localhost there is none to be had.
    return f"__Host-{COOKIE}" if settings.is_https else COOKIE
