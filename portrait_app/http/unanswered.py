"""The last word of our own routes: what none of them answers for itself is said as well as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from portrait_app.http import away, forms

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.settings import Settings

    Handler = Callable[[Request, Exception], Awaitable[Response]]


def last_words(settings_of: Callable[[], Settings]) -> dict[type[Exception], Handler]:
    """Return Starlette's handlers for a full disk and a database that is away.

    Who looks at a page gets a page, a script `{"headline", "hint"}`. Anything else is raised again: it is a fault, and
    the log tells of it.
    """

    async def answer(request: Request, error: Exception) -> Response:
        found = away.known(request, error, settings_of())
        if found is None:
            raise error
        meant, status = found
        if "text/html" in request.headers.get("accept", ""):
            return forms.said(request, meant.headline, meant.hint, status=status)
        return JSONResponse({"headline": meant.headline, "hint": meant.hint}, status, headers=forms.NEVER_KEPT)

    return dict.fromkeys(away.FAILURES, answer)
