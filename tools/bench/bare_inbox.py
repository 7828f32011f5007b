"""The bare baseline for webhooks: a Starlette route that verifies the signature and inserts one row, and no more."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import httpx
import psycopg
import uvicorn
from psycopg_pool import AsyncConnectionPool
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from portrait_app.house.listening import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

DATABASE, SECRET = "BARE_INBOX_DATABASE", "BARE_INBOX_SECRET"  # in its environment: command lines can be read by anyone
CONNECTIONS = 5  # as many as the studio's own pool keeps
_TABLE = "CREATE SCHEMA bare; CREATE TABLE bare.deliveries (webhook_id text PRIMARY KEY, order_id text NOT NULL)"


@asynccontextmanager
async def bare_inbox(conninfo: str, secret: str) -> AsyncGenerator[str]:
    """Run it in a process of its own, on the same server as the studio's, with a table of its own; yields its address.

    Args: conninfo: a role that may make a schema. secret: `whsec_…`.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}/take"
    with psycopg.connect(conninfo, autocommit=True) as database:
        database.execute(_TABLE)
        try:
            told = {**os.environ, DATABASE: conninfo, SECRET: secret}
            process = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__, str(port), env=told)
            try:
                await _answers(url)
                yield url
            finally:
                process.terminate()
                await process.wait()
        finally:
            database.execute("DROP SCHEMA bare CASCADE")


async def _answers(url: str) -> None:
    async with asyncio.timeout(30), httpx.AsyncClient() as client:
        while True:
            with suppress(httpx.TransportError):
                await client.post(url)
                return
            await asyncio.sleep(0.05)  # nothing announces that it listens


def _app() -> Starlette:
    pool = AsyncConnectionPool(
        os.environ[DATABASE], min_size=CONNECTIONS, max_size=CONNECTIONS, open=False, kwargs={"autocommit": True}
    )
    webhook = Webhook(os.environ[SECRET])

    @asynccontextmanager
    async def opened(_: Starlette) -> AsyncGenerator[None]:
        async with pool:
            yield

    async def take(request: Request) -> Response:
        try:
            webhook.verify(await request.body(), dict(request.headers), json_parse=False)
        except WebhookVerificationError:
            return Response(status_code=401)
        async with pool.connection() as connection:
            await connection.execute(
                "INSERT INTO bare.deliveries VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (request.headers["webhook-id"], request.query_params["order"]),
            )
        return Response()

    return Starlette(routes=[Route("/take", take, methods=["POST"])], lifespan=opened)


if __name__ == "__main__":
    uvicorn.run(_app(), port=int(sys.argv[1]), log_level="warning", access_log=False)
