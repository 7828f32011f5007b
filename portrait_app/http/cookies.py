"""Who is behind a plain HTTP request, and whether a page of ours made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.errors import PortraitError, SignedOut
from portrait_app.services import accounts
from portrait_app.services.cookie import token_in

if TYPE_CHECKING:
    from starlette.requests import Request

    from portrait_app.services.accounts import Someone
    from portrait_app.services.work import Desk
    from portrait_app.settings import Settings


class FromElsewhere(PortraitError):
    """A page of somebody else's made the browser ask."""

    headline = "This came from another site"
    hint = "Nothing was changed. Open the studio itself and try again there."


async def signed_in(request: Request, desk: Desk) -> Someone:
    """Return the person whose session's cookie came along.

    Raises:
        SignedOut: there is none, or their session has ended.
    """
    someone = await accounts.who(desk, token_in(request.headers.get("cookie", "")))
    if someone is None:
        raise SignedOut("request without a session")
    return someone


def require_own_page(request: Request, settings: Settings) -> None:
    """Let a request pass that a page of ours made, or a program that is no browser.

    Browsers name the page's origin with every POST, and no script can forge it; `SameSite` alone would let the other
    ports of this host through.

    Raises:
        FromElsewhere: somebody else's page made it.
    """
    origin = request.headers.get("origin")
    if origin is None:
        is_ours = request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    else:
        is_ours = origin == settings.public_url or origin.partition("://")[2] == request.headers.get("host")
    if not is_ours:
        raise FromElsewhere(f"origin {origin!r}")
