"""The cookie that carries a session's token: its name, and how it is read."""

from __future__ import annotations

COOKIE = "session"  # HttpOnly: no script reads it, and it is in no state


def token_in(cookies: str) -> str:
    """Return the session's token in a Cookie header, or nothing."""
    # Not by http.cookies: it gives the whole header up for one odd cookie, and every port of a host shares them.
    for cookie in cookies.split(";"):
        name, _, value = cookie.partition("=")
        if name.strip() == COOKIE:
            return value.strip().strip('"')
    return ""
