"""Who is behind a plain HTTP request, and whether a page of ours made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.errors import PortraitError, SignedOut
from portrait_app.services import sessions
from portrait_app.services.cookie import cookie_name, token_in

if TYPE_CHECKING:
    from starlette.requests import Request

    from portrait_app.services.sessions import Someone
    from portrait_app.settings import Settings
    from portrait_app.wiring import Workshop


class FromElsewhere(PortraitError):
    """A page of somebody else's made the browser ask."""

    headline = "This came from another site"
    hint = "Nothing was changed. Open the studio itself and try again there."

    def __init__(self, detail: str = "", ours: str = "") -> None:
        super().__init__(detail)
        if ours:
            self.hint = f"Nothing was changed. Open the studio at {ours} and try again there."


def token_of(request: Request, settings: Settings) -> str:
    """Return the session's token that came along, or nothing."""
    return token_in(request.headers.get("cookie", ""), cookie_name(is_https=settings.is_https))


async def signed_in(request: Request, workshop: Workshop) -> Someone:
    """Return the person whose session's cookie came along.

    Raises:
        SignedOut: there is none, or their session has ended.
    """
    return _there(await sessions.who(workshop.desk, token_of(request, workshop.settings)))


async def halfway_in(request: Request, workshop: Workshop) -> Someone:
    """Return the person whose session's cookie came along, also when it opens nothing until they have a passkey.

    Raises:
        SignedOut: there is none, or their session has ended.
    """
    return _there(await sessions.behind(workshop.desk, token_of(request, workshop.settings)))


def _there(someone: Someone | None) -> Someone:
    if someone is None:
        raise SignedOut("request without a session")
    return someone


def require_own_page(request: Request, settings: Settings) -> None:
    """Let a request pass that a page of ours made, or a program that is no browser.

    Browsers name the page's origin with every POST, and most also say how far it is from ours (Fetch Metadata); no
    script can forge either. `SameSite` alone would let the other ports of this host through. What the request calls us
    (`Host`) is not asked: a page of somebody's whose name leads to this machine would call us by that name, and could
    sign up first on a machine that nobody else reaches.

    Raises:
        FromElsewhere: somebody else's page made it.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "none")
    if origin not in (None, *settings.origins) or site not in ("same-origin", "none"):
        raise FromElsewhere(f"origin {origin!r}, {site!r}", settings.public_url)
