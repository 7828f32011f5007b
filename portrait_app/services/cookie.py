"""The cookie that carries a session's token: its name, and how it is read."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

COOKIE = "session"  # HttpOnly: no script reads it, and it is in no state


def token_in(cookies: str) -> str:
    """Return the session's token in a Cookie header, or nothing."""
    try:
        jar = SimpleCookie(cookies)
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""
