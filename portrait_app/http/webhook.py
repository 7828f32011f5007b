"""Where the engine brings its news: checked, taken in once, answered in one short transaction."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.responses import Response
from starlette.routing import Route

from portrait_app.adapters.replicate.errors import BadSignature, EngineError, Unreadable
from portrait_app.adapters.replicate.signature import verify
from portrait_app.domain.order import OrderKind
from portrait_app.services import inbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from portrait_app.wiring import Workshop


MAX_BYTES = 16 * 1024 * 1024  # bodies carry the whole log and the input; real ones reached 10 MB


class TooLarge(Exception):
    """A body beyond what any job's news can be."""


def webhook_routes(workshop_of: Callable[[], Workshop]) -> list[Route]:
    """Return the route for news of trainings and predictions, told apart by our own query."""

    async def webhook(request: Request) -> Response:
        workshop = workshop_of()
        try:
            body = await _body(request)
            verify(await workshop.gateway.webhook_secrets(), request.headers, body)
        except TooLarge:
            return Response(status_code=413)
        except BadSignature:
            return Response(status_code=401)
        except EngineError:  # the secret could not be had just now: the sender will try again
            return Response(status_code=503)
        try:
            order_id, news = UUID(request.query_params["order"]), json.loads(body)
            kind = OrderKind.TRAINING if request.query_params.get("kind") == "training" else OrderKind.PREDICTION
            report = workshop.gateway.read(kind, news)
        except (ValueError, KeyError, RecursionError, Unreadable):
            return Response(status_code=400)
        await inbox.take(
            workshop.desk, webhook_id=request.headers["webhook-id"][:200], order_id=order_id, report=report
        )
        return Response(status_code=200)

    return [Route("/api/webhook", webhook, methods=["POST"])]


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLarge
    return bytes(body)
