"""Where photos arrive: one a request, streamed into the bucket as it comes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portrait_app.adapters.buckets.errors import BucketDown, BucketFull, ObjectTooLarge, StoreRefused
from portrait_app.domain.selfie import MAX_BYTES
from portrait_app.domain.text import one_line
from portrait_app.errors import NotFound, PortraitError, SignedOut
from portrait_app.http.cookies import FromElsewhere, require_own_page, signed_in
from portrait_app.services import selfies
from portrait_app.services.consent import ConsentMissing
from portrait_app.services.leaving import AboutToLeave
from portrait_app.services.room import TooManyRefused, TooManySelfies
from portrait_app.services.trainings import AlreadyStarted

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from uuid import UUID

    from starlette.requests import Request

    from portrait_app.wiring import Workshop

log = structlog.get_logger()

LONGEST_FILENAME = 200
AT_ONCE = 6  # photos of one person; a page of ours sends three, and of those that wait nothing is read
HEARD_OUT_BYTES, HEARD_OUT_S = 4 * MAX_BYTES, 30.0  # what is read of a refused photo, where nobody hears us otherwise


class EmptyFile(PortraitError):
    """A request without a single byte in its body."""

    headline = "That file is empty"
    hint = "Choose the photo again; the others are safe."


STATUS: dict[type[PortraitError], int] = {
    EmptyFile: 400,
    SignedOut: 401,
    FromElsewhere: 403,
    ConsentMissing: 403,
    NotFound: 409,  # the draft was started or emptied while this photo was on its way
    TooManySelfies: 409,
    TooManyRefused: 409,
    AlreadyStarted: 409,
    AboutToLeave: 409,
    ObjectTooLarge: 413,
    BucketDown: 503,
    StoreRefused: 503,
    BucketFull: 507,
}


def selfie_routes(workshop_of: Callable[[], Workshop]) -> list[Route]:
    """Return the route that takes a photo: the file is the body, its name is in the query.

    It answers 201 `{"id"}`, or what happened and what to do next: `{"headline", "hint"}`.
    """
    turns: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    async def receive(request: Request) -> Response:
        workshop = workshop_of()
        try:
            require_own_page(request, workshop.settings)
            someone = await signed_in(request, workshop)
            async with turns.setdefault(someone.owner_id, asyncio.Semaphore(AT_ONCE)):
                selfie = await selfies.receive(
                    workshop.desk,
                    someone,
                    filename=plain_name(request.query_params.get("name", "")),
                    chunks=_body(request),
                )
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except tuple(STATUS) as error:
            log.info("selfie.refused", why=type(error).__name__)
            if _ends_with_the_answer(request):
                await _hear_out(request)
            return JSONResponse({"headline": error.headline, "hint": error.hint}, STATUS[type(error)])
        return JSONResponse({"id": str(selfie.id)}, 201)

    return [Route("/api/selfies", receive, methods=["POST"])]


def plain_name(sent: str) -> str:
    """Return a file's name as text that can be shown: no folders, no control characters, at most 200 characters."""
    return one_line(sent.replace("\\", "/").rpartition("/")[2])[:LONGEST_FILENAME] or "photo"


async def _body(request: Request) -> AsyncGenerator[bytes]:
    """Yield the body as it comes.

    Raises:
        ObjectTooLarge: it says beforehand that it is more than we take.
        EmptyFile: it ended without a byte.
        ClientDisconnect: it ended before its announced length.
    """
    announced = int(length) if (length := request.headers.get("content-length", "")).isdecimal() else None
    if announced is not None and announced > MAX_BYTES:
        raise ObjectTooLarge("an upload", MAX_BYTES)
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        yield chunk
    if announced is not None and received < announced:
        raise ClientDisconnect
    if not received:
        raise EmptyFile("an upload")


def _ends_with_the_answer(request: Request) -> bool:
    """Say whether the server closes the connection once it has answered, as for a proxy that speaks HTTP/1.0."""
    return request.scope["http_version"] == "1.0" or "close" in request.headers.get("connection", "").lower()


async def _hear_out(request: Request) -> None:
    """Read on and keep nothing: who still sends while we close is cut off, and never reads why.

    Where the connection stays open the server does so by itself, after the answer.
    """
    read = 0
    # RuntimeError: all of it was read before it was refused.
    with contextlib.suppress(TimeoutError, ClientDisconnect, RuntimeError):
        async with asyncio.timeout(HEARD_OUT_S):
            async for chunk in request.stream():
                read += len(chunk)
                if read > HEARD_OUT_BYTES:
                    return
