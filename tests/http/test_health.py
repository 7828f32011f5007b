"""Whether everything answers may be asked by anybody, and so by very many."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import httpx
from starlette.applications import Starlette

from portrait_app.http import health
from portrait_app.http.health import health_routes

if TYPE_CHECKING:
    import pytest

    from portrait_app.wiring import Workshop


class Parts:
    """Parts that count how often they are asked; `are_up` is what they say."""

    def __init__(self) -> None:
        self.asked, self.are_up = 0, True

    async def health(self) -> dict[str, bool]:
        self.asked += 1
        await asyncio.sleep(0)  # while it is on its way others ask
        return {"engine": self.are_up}


async def test_however_many_ask_the_engine_and_the_store_are_asked_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts, clock = Parts(), SimpleNamespace(now=100.0)
    monkeypatch.setattr(health, "time", SimpleNamespace(monotonic=lambda: clock.now))
    app = Starlette(routes=health_routes(lambda: cast("Workshop", parts)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://studio.test") as anybody:
        answers = await asyncio.gather(*(anybody.get("/api/health") for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}
        assert parts.asked == 1
        parts.are_up = False
        assert (await anybody.get("/api/health")).status_code == 200
        clock.now += health.LASTS_S
        late = await anybody.get("/api/health")
        assert (late.status_code, late.json()) == (503, {"parts": {"engine": "down"}, "asked_by": "nobody"})
        assert parts.asked == 2
