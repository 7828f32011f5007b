"""Somebody who holds a link and nothing else, and opens it as a browser does: to the studio, and on to its store."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette

from portrait_app.http.media import media_routes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from portrait_app.adapters.buckets.links import Link
    from portrait_app.ports.bucket import Buckets

STUDIO = "http://studio.test"


async def always(_: Link) -> bool:
    return True


@asynccontextmanager
async def browser_of(
    buckets: Buckets, is_shown: Callable[[Link], Awaitable[bool]] = always, *, follows: bool = True
) -> AsyncGenerator[httpx.AsyncClient]:
    """Open links of these buckets; anything that isn't at the studio is asked for over the network."""
    studio = httpx.ASGITransport(Starlette(routes=media_routes(lambda: buckets, is_shown)))
    async with httpx.AsyncClient(
        base_url=STUDIO, mounts={f"all://{STUDIO[7:]}": studio}, follow_redirects=follows, trust_env=False
    ) as client:
        yield client
