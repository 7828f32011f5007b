"""Downloads the ZIP with everything: whoever is signed in gets a fresh signed link to their own, and to no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.errors import SignedOut
from portrait_app.http import forms
from portrait_app.http.cookies import signed_in
from portrait_app.services import exports
from portrait_app.services.exports import DOWNLOAD_PATH, ROOM, NothingToDownload
from portrait_app.services.fresh import NotFresh

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.wiring import Workshop


def export_routes(workshop_of: Callable[[], Workshop]) -> list[Route]:
    """Return the route. It names no export: each person has one at most, and the session says whose it is."""

    async def download(request: Request) -> Response:
        workshop = workshop_of()
        try:
            someone = await signed_in(request, workshop)
            export, links = await exports.to_download(workshop.desk, someone)
            link = links.to(exports.key_of(export), download_as=exports.name_of(export))
        except SignedOut:
            return RedirectResponse(f"/auth/sign-in?next={ROOM}", 303, headers=forms.NEVER_KEPT)
        except NotFresh as error:
            return forms.signs_in(type(error).__name__, then=ROOM)
        except NothingToDownload as error:
            return forms.said(request, error.headline, error.hint, ("Your data", ROOM), 410)
        except BucketDown as error:  # else the browser would say so, of an address that nobody knows
            return forms.said(request, error.headline, error.hint, ("Your data", ROOM), 503)
        return RedirectResponse(link, 303, headers=forms.NEVER_KEPT)

    return [Route(DOWNLOAD_PATH, download, methods=["GET"])]
