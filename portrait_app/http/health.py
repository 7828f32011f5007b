"""Whether each part that the house stands on answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from portrait_app.wiring import Workshop


def health_routes(workshop_of: Callable[[], Workshop]) -> list[Route]:
    """Return the route; it says which parts answer, and nothing of what they hold."""

    async def health(_: Request) -> Response:
        parts = await workshop_of().health()
        return JSONResponse(
            {"parts": {part: "ok" if is_up else "down" for part, is_up in parts.items()}},
            200 if all(parts.values()) else 503,
            headers={"Cache-Control": "no-store"},
        )

    return [Route("/api/health", health, methods=["GET"])]
