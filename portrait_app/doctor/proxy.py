"""Whether a proxy in front says who asks: else no limit by network holds, or one holds for everybody at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    """Ask the running studio by the address that people use; nothing where that is its own, or while it is at rest."""
    is_own = settings.public_url in (settings.local_url, f"http://127.0.0.1:{settings.port}")
    if is_own or (transport is None and listening.is_free(settings.port)):
        return []
    try:
        with httpx.Client(timeout=PATIENCE_S, trust_env=False, transport=transport) as browser:
            said: Any = browser.get(f"{settings.public_url}/api/health").json()
        return [_SAID[Asker(said[ASKERS])]]
    except httpx.HTTPError as error:
        return [Finding(_SUBJECT, f"{settings.public_url} can't be asked from here: {type(error).__name__}")]
    except (ValueError, LookupError, TypeError):
        return [Finding(_SUBJECT, f"{settings.public_url} is answered by another program", "see that APP_URL is ours")]
