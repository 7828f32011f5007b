"""The link by which news stop coming by mail: a look at it shows a button, and only a POST changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from portrait_app.http import forms
from portrait_app.services import telling, unsubscribing
from portrait_app.services.unsubscribing import STOP_PATH, NoStopLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.wiring import Workshop

PREFERENCES = ("Preferences", "/you/preferences")
STOPPED = (
    "We write to you no more about your face models and portraits. What keeps your account safe still comes: a new "
    "password, say. You can have news again under Preferences."
)


def unsubscribe_routes(workshop_of: Callable[[], Workshop]) -> list[Route]:
    """Return the route.

    A mail provider posts from a machine of its own, without a cookie and from no page of ours (RFC 8058, 3.1): the
    signature is all that is asked for, and the answer is never a redirect. What stands in the body is not read.
    """

    async def stop(request: Request) -> Response:
        desk, word = workshop_of().desk, request.path_params["token"]
        try:
            if request.method == "POST":
                await telling.stop_by_mail(desk, word)
                return forms.said(request, "These mails have stopped", STOPPED, PREFERENCES)
            unsubscribing.whose(desk, word)
        except NoStopLink as error:
            return forms.said(request, error.headline, error.hint, PREFERENCES, 410)
        return forms.page(request, "stop_mails.html", {}, {})

    return [Route(STOP_PATH + "{token}", stop, methods=["GET", "POST"])]
