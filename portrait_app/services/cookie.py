"""The cookie that carries a session's token: its name, and how it is read."""

from __future__ import annotations

COOKIE = "session"  # HttpOnly: no script reads it, and it is in no state
HOST_COOKIE = "__Host-session"  # a browser takes this name only over TLS, from this very host and for all its paths


def cookie_name(*, is_https: bool) -> str:
    """Return the name in use: over TLS no other is read, since any neighbouring host could plant a plain one."""
    return HOST_COOKIE if is_https else COOKIE


def token_in(cookies: str, named: str = COOKIE) -> str:
    """Return the session's token in a Cookie header, or nothing."""
    # Not by http.cookies: it gives the whole header up for one odd cookie, and every port of a host shares them.
    for cookie in cookies.split(";"):
        name, _, value = cookie.partition("=")
        if name.strip() == named:
            return value.strip().strip('"')
    return ""
