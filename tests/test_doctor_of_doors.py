"""What the doctor finds at the studio's own door for news: whether it believes the engine, and what else answers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import httpx
import pytest
from starlette.applications import Starlette

from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.adapters.replicate.signature import WebhookAddress
from portrait_app.doctor import replicate as doctor
from portrait_app.http.webhook import webhook_routes
from tests.adapters.test_signature import OTHER, SECRET

if TYPE_CHECKING:
    from portrait_app.wiring import Workshop

OURS = WebhookAddress(b"k" * 32, "http://studio.example.org/api/webhook")


def our_door(key: bytes, secret: str) -> httpx.ASGITransport:
    """The studio's own route, as it would be reached from outside."""
    gateway = Gateway(base_url="http://engine.invalid", token="r8", webhook_secret=secret)
    workshop = SimpleNamespace(gateway=gateway, webhook=WebhookAddress(key, OURS.url))
    return httpx.ASGITransport(Starlette(routes=webhook_routes(lambda: cast("Workshop", workshop))))


async def test_our_own_door_believes_the_engines_signature_and_takes_nothing_in() -> None:
    found = await doctor.knock(OURS, SECRET, our_door(OURS.key, SECRET))
    assert not found.next_step
    assert "believed" in found.said


@pytest.mark.parametrize(
    ("key", "secret"), [(OURS.key, OTHER), (b"x" * 32, SECRET)], ids=["another secret", "another key"]
)
async def test_a_door_with_another_secret_is_found_out(key: bytes, secret: str) -> None:
    found = await doctor.knock(OURS, SECRET, our_door(key, secret))
    assert "restart the studio" in found.next_step


@pytest.mark.parametrize(
    ("status", "step"),
    [(404, "APP_URL"), (405, "POST"), (413, "16 MB"), (503, "Token"), (200, "APP_URL"), (308, "follows no redirects")],
)
async def test_whatever_else_answers_there_is_told_with_what_to_do(status: int, step: str) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers={"location": "https://www.studio.example.org"} if status == 308 else {})

    found = await doctor.knock(OURS, SECRET, httpx.MockTransport(answer))
    assert step in found.next_step


async def test_a_door_that_nobody_opens_is_no_reason_not_to_run() -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    found = await doctor.knock(OURS, SECRET, httpx.MockTransport(nobody))
    assert "asks for news by itself" in found.next_step
