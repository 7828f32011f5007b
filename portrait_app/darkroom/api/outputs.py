"""Hands out finished pictures and face models to whoever knows their unguessable address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from portrait_app.darkroom.api.requests import darkroom_of
from portrait_app.darkroom.problems import not_found

if TYPE_CHECKING:
    from starlette.requests import Request

_TYPES = {".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png", ".mp4": "video/mp4"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600, immutable",
}


async def get_output(request: Request) -> Response:
    """`GET /outputs/{folder}/{name}`; ranges are honoured."""
    path = darkroom_of(request).shelf.output(request.path_params["folder"], request.path_params["name"])
    if path is None:
        raise not_found()
    return FileResponse(path, media_type=_TYPES.get(path.suffix, "application/octet-stream"), headers=_HEADERS)
