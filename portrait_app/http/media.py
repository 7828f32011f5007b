"""Serves pictures to whoever holds a link that we signed, that has not expired, and whose row still lets them be seen.

A folder's are sent from here. A store sends its own: the link is answered with an address there that soon ends, so that
every link to a picture asks its row first, wherever the picture lies (decision 17).
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.adapters.buckets.errors import BadKey, BucketDown
from portrait_app.adapters.buckets.links import LinkRefused, ServedElsewhere
from portrait_app.adapters.buckets.types import SHOWN, UNKEPT, UNKNOWN
from portrait_app.errors import NotFound, PortraitError

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request

    from portrait_app.adapters.buckets.links import Link, LinkSigner
    from portrait_app.ports.bucket import Buckets

log = structlog.get_logger()

GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


class Away(PortraitError):
    """The database, which knows whether a picture may still be seen, doesn't answer."""

    headline = "The picture can't be shown just now"
    hint = "It is safe, and will be there again in a moment."
    is_retryable = True


def media_routes(buckets_of: Callable[[], Buckets], is_shown: Callable[[Link], Awaitable[bool]]) -> list[Route]:
    """The route that links lead to. It answers GET and HEAD; of a folder's, also ranges and If-None-Match.

    `is_shown` says of a link whether it may still be used: it may be older than the end of its row, or of a session.
    """

    async def media(request: Request) -> Response:
        try:
            return await found(request)
        except (PortraitError, SQLAlchemyError) as error:
            return _said(error)

    async def found(request: Request) -> Response:
        buckets = buckets_of()
        if isinstance(buckets, DiskBuckets):
            link = await verified(request, buckets.signer)
            path, state = await asyncio.to_thread(buckets.path_for, link)
            return _answer(request, link, path, state)
        if isinstance(buckets, ServedElsewhere):
            return await _sent_on(request, buckets, await verified(request, buckets.signer))
        raise NotFound("buckets without links")

    async def verified(request: Request, signer: LinkSigner) -> Link:
        link = signer.verify(request.method, request.path_params["key"], request.query_params)
        if not await is_shown(link):
            raise NotFound(link.key)
        return link

    return [Route("/media/{key:path}", media, methods=["GET"])]


def _answer(request: Request, link: Link, path: Path, state: os.stat_result) -> Response:
    shown_as = SHOWN.get(path.suffix)
    is_shown = shown_as is not None and link.download_as is None
    # An object never changes under its key, so it stays fresh for as long as its link works.
    kept = f"private, max-age={max(0, link.expires_at - int(time.time()))}, immutable" if is_shown else UNKEPT
    response = FileResponse(
        path,
        headers=GUARDS | {"Cache-Control": kept},
        media_type=shown_as or UNKNOWN,
        filename=link.download_as or path.name,
        stat_result=state,
        content_disposition_type="inline" if is_shown else "attachment",
    )
    if _has_it_already(request, response.headers["etag"]):
        about_the_body = {"content-length", "content-type", "content-disposition"}
        kept = {name: value for name, value in response.headers.items() if name not in about_the_body}
        return Response(status_code=304, headers=kept)
    return response


async def _sent_on(request: Request, buckets: ServedElsewhere, link: Link) -> Response:
    found = await buckets.elsewhere(link, request.method)
    # Kept for as long as the address would be the same, and no longer than the link lives: it is never kept dead.
    seconds = max(0, min(found.stands_for_s, link.expires_at - int(time.time())))
    kept = f"private, max-age={seconds}" if link.download_as is None else UNKEPT
    return RedirectResponse(found.address, 302, headers=GUARDS | {"Cache-Control": kept})


def _has_it_already(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in known.split(","))


def _said(error: PortraitError | SQLAlchemyError) -> Response:
    """Answer what went wrong: what a stranger could learn from it is the same for all that isn't there."""
    if isinstance(error, LinkRefused):
        return _refusal(error, 403)
    if isinstance(error, (NotFound, BadKey)):
        return _refusal(NotFound(), 404)
    if isinstance(error, BucketDown):
        return _refusal(error, 503)
    if isinstance(error, SQLAlchemyError):
        log.warning("media.no_database")
        return _refusal(Away(), 503)
    raise error


def _refusal(error: PortraitError, status: int) -> Response:
    words = f"{error.headline}. {error.hint}\n"
    return PlainTextResponse(words, status_code=status, headers=GUARDS | {"Cache-Control": "no-store"})
