"""Who is behind a plain HTTP request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.errors import SignedOut
from portrait_app.services import accounts
from portrait_app.services.cookie import token_in

if TYPE_CHECKING:
    from starlette.requests import Request

    from portrait_app.services.accounts import Someone
    from portrait_app.services.work import Desk


async def signed_in(request: Request, desk: Desk) -> Someone:
    """Return the person whose session's cookie came along.

    Raises:
        SignedOut: there is none, or their session has ended.
    """
    someone = await accounts.who(desk, token_in(request.headers.get("cookie", "")))
    if someone is None:
        raise SignedOut("request without a session")
    return someone
