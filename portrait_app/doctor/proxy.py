"""Whether people reach the studio by its address, and whether a proxy in front says who asks.

Where it doesn't, no limit by network holds, or one holds for everybody at once.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from portrait_app.doctor.finding import Finding
from portrait_app.house import listening
from portrait_app.http.health import ASKERS, Asker

if TYPE_CHECKING:
    from portrait_app.settings import Settings

PATIENCE_S = 5.0
_SUBJECT = "Proxy"
_SAID = {
    Asker.NETWORK: Finding(_SUBJECT, "says who asks, so tries are limited by network too"),
    Asker.NOBODY: Finding(
        _SUBJECT,
        "doesn't say who asks, so tries are limited by account alone",
        "have it send X-Forwarded-For with the asker's address",
    ),
    Asker.PROXY: Finding(
        _SUBJECT,
        "isn't believed when it says who asks, so all people are limited as one",
        "name its address in FORWARDED_ALLOW_IPS",
    ),
}


def look(settings: Settings, transport: httpx.BaseTransport | None = None) -> list[Finding]:
    """Ask the running studio by the address that people use; nothing where that is its own, or while it is at rest.

    An address of this very machine in its network has no proxy in front, but people may still not get through to it.
    """
    is_own = settings.public_url in (settings.local_url, f"http://127.0.0.1:{settings.port}")
    if is_own or (transport is None and listening.is_free(settings.port)):
        return []
    try:
        with httpx.Client(timeout=PATIENCE_S, trust_env=False, transport=transport) as browser:
            said: Any = browser.get(f"{settings.public_url}/api/health").json()
        asker = Asker(said[ASKERS])
        return [] if _leads_here(settings) else [_SAID[asker]]
    except httpx.HTTPError as error:
        why = f"{settings.public_url} can't be reached from here: {type(error).__name__}"
        return [Finding("Address", why, _way_in(settings))]
    except (ValueError, LookupError, TypeError):
        return [Finding(_SUBJECT, f"{settings.public_url} is answered by another program", "see that APP_URL is ours")]


def _leads_here(settings: Settings) -> bool:
    """Whether the address is one of this machine's own, and the port the studio's."""
    parts = urlsplit(settings.public_url)
    return parts.scheme == "http" and (parts.port or 80) == settings.port and _is_of_this_machine(parts.hostname or "")


def _is_of_this_machine(host: str) -> bool:
    """Whether one can listen there: nobody can at an address that another machine has."""
    try:
        for family, kind, _, _, at in socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM):
            with socket.socket(family, kind) as probe:
                probe.bind(at)
    except OSError:
        return False
    return True


def _way_in(settings: Settings) -> str:
    if _leads_here(settings):
        return f"PORTRAIT_HOST=0.0.0.0 lets others in; now it listens at {settings.host} alone"
    return (
        f"see that APP_URL is right and its proxy leads to port {settings.port}, "
        "or open it from another machine if this one can't reach itself so"
    )
