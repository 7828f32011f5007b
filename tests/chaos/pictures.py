"""What lies behind the addresses of outputs: pictures, and what only claims to be one."""

from __future__ import annotations

import asyncio
import io
import struct
import time
import zlib
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.chaos.fate import Picture

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from tests.chaos.provider import Provider

SIZE = (48, 64)
_BOMB_EDGE_PX = 20_000


class Outputs:
    """The route that hands outputs out.

    Args: inward: an address in our own network that nobody may be led to.
    """

    def __init__(self, provider: Provider, inward: str) -> None:
        self._provider, self._inward = provider, inward
        self._asked: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        return [Route("/outputs/{job}/{number:int}", self._output)]

    async def _output(self, request: Request) -> Response:
        job = self._provider.jobs[request.path_params["job"]]
        picture = job.plan.pictures[request.path_params["number"]]
        self._asked[request.url.path] += 1
        self._provider.first_asked.setdefault(request.url.path, time.time())
        if picture is Picture.FLAKY:
            return await self._flaky(request)
        if picture is Picture.PASSING:
            return self._passing(request)
        return self._steady(picture)

    def _steady(self, picture: Picture) -> Response:
        whole = made(Picture.WEBP)
        answers = {
            Picture.WEBP: lambda: Response(whole, media_type="image/webp"),
            Picture.PNG: lambda: Response(made(Picture.PNG), media_type="image/png"),
            Picture.HTML: lambda: HTMLResponse("<!doctype html><title>Sorry</title><p>We'll be back soon.</p>"),
            Picture.TRUNCATED: lambda: Response(whole[: len(whole) // 2], media_type="image/webp"),
            Picture.ENDLESS: lambda: StreamingResponse(_endless(), media_type="image/webp"),
            Picture.BOMB: lambda: Response(bomb(), media_type="image/png"),
            Picture.INWARD: lambda: RedirectResponse(f"{self._inward}/metadata"),
            Picture.GONE: lambda: Response(status_code=404),
        }
        return answers[picture]()

    def _passing(self, request: Request) -> Response:
        whole = made(Picture.PASSING)
        if self._asked[request.url.path] > 1:
            return Response(whole, media_type="image/webp")
        return self._provider.plan.dice(request.url.path).choice(
            (
                HTMLResponse("<!doctype html><title>Sorry</title><p>We'll be back soon.</p>"),
                Response(status_code=403),
                Response(whole[: len(whole) // 2], media_type="image/webp"),
                RedirectResponse("https://status.example.com/maintenance"),
            )
        )

    async def _flaky(self, request: Request) -> Response:
        if self._asked[request.url.path] > 1:
            return Response(made(Picture.FLAKY), media_type="image/webp")
        if self._provider.plan.dice(request.url.path).random() < 0.5:
            return Response(status_code=503)
        return StreamingResponse(_half(request), headers={"Content-Length": str(len(made(Picture.FLAKY)))})


@cache
def made(picture: Picture) -> bytes:
    """A small picture, the same bytes each time."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize(SIZE).convert("RGB").save(out, "PNG" if picture is Picture.PNG else "WEBP")
    return out.getvalue()


@cache
def bomb() -> bytes:
    """A PNG of a few kB that would be 400 megapixels."""
    rows = zlib.compress(bytes((_BOMB_EDGE_PX // 8 + 1) * _BOMB_EDGE_PX), 9)
    head = struct.pack(">IIBBBBB", _BOMB_EDGE_PX, _BOMB_EDGE_PX, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


async def _endless() -> AsyncIterator[bytes]:
    yield made(Picture.WEBP)
    while True:
        yield bytes(1 << 18)
        await asyncio.sleep(0)


async def _half(request: Request) -> AsyncIterator[bytes]:
    whole = made(Picture.FLAKY)
    yield whole[: len(whole) // 2]
    await asyncio.sleep(0.05)  # so that the first half has left
    request.scope["reset"]()
