"""Where the engine brings its news: checked, taken in once, answered in one short transaction."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from portrait_app.adapters.replicate.errors import BadSignature, EngineError, Unreadable
from portrait_app.domain.text import storable
from portrait_app.services import inbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from starlette.requests import Request

    from portrait_app.domain.report import JobReport
    from portrait_app.wiring import Workshop

log = structlog.get_logger()

MAX_BYTES = 16 * 1024 * 1024  # bodies carry the whole log and the input; real ones reached 10 MB


# Of so many at once each has a connection that stays open; more would open one each, which costs more than waiting.
AT_ONCE = 4


class TooLarge(Exception):
    """A body beyond what any job's news can be."""


def webhook_routes(workshop_of: Callable[[], Workshop]) -> list[Route]:
    """Return the route for news of trainings and predictions, told apart by our own query, which we signed."""
    has_room = asyncio.Semaphore(AT_ONCE)

    async def webhook(request: Request) -> Response:
        try:
            order_id, report = await _news(workshop_of(), request)
            webhook_id = storable(request.headers["webhook-id"])[:200]
            async with has_room:
                await inbox.take(workshop_of().desk, webhook_id=webhook_id, order_id=order_id, report=report)
        except TooLarge:
            return Response(status_code=413)
        except BadSignature:
            return Response(status_code=401)
        except (Unreadable, ClientDisconnect):
            return Response(status_code=400)
        except (EngineError, OperationalError, InterfaceError, NoConnection) as error:
            # The secret or the database could not be had just now: the sender will try again.
            log.warning("webhook.not_now", why=type(error).__name__)
            return Response(status_code=503)
        return Response(status_code=200)

    return [Route("/api/webhook", webhook, methods=["POST"])]


async def _news(workshop: Workshop, request: Request) -> tuple[UUID, JobReport]:
    """Read whose news it is and what it says.

    Raises:
        BadSignature, TooLarge, Unreadable, ClientDisconnect: it is no news for us.
        EngineError: the secret that it is checked with could not be fetched.
    """
    kind, order_id = workshop.webhook.read(request.query_params)
    body = await _body(request)
    await workshop.gateway.verify(request.headers, body)
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON") from error
    return order_id, workshop.gateway.read(kind, said)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLarge
    return bytes(body)
