"""Small pictures of what lies in the Trash: no link leads there, so its owner's session alone opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portrait_app.adapters.buckets.errors import BucketDown, StoreRefused
from portrait_app.domain.rows import identified
from portrait_app.errors import NotFound, PortraitError, SignedOut
from portrait_app.http.cookies import signed_in
from portrait_app.http.media import GUARDS
from portrait_app.services import showing

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from portrait_app.wiring import Workshop

STATUS: dict[type[PortraitError], int] = {SignedOut: 401, NotFound: 404, BucketDown: 503, StoreRefused: 503}
CARE = GUARDS | {"Cache-Control": "private, no-store"}


def trash_routes(workshop_of: Callable[[], Workshop]) -> list[Route]:
    """Return the route `/api/trash/{id}` of a portrait in the Trash of whoever is signed in: WebP, 320 px."""

    async def picture(request: Request) -> Response:
        workshop = workshop_of()
        try:
            someone = await signed_in(request, workshop)
            asset_id = identified(request.path_params["id"])
            pixels = await showing.from_trash(workshop.desk, someone.owner_id, asset_id)
        except tuple(STATUS) as error:
            return PlainTextResponse(f"{error.headline}. {error.hint}\n", STATUS[type(error)], headers=CARE)
        return Response(pixels, media_type="image/webp", headers=CARE)

    return [Route("/api/trash/{id}", picture, methods=["GET"])]
