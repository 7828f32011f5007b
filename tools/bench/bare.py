"""The bare baseline that figures are held against: Starlette and a websocket, and nothing of a studio."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from portrait_app.house.listening import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

PAGE = """<!doctype html><title>bare</title><button>more</button><output></output><script>
const socket = new WebSocket(`ws://${location.host}/socket`), said = document.querySelector("output");
let count = 0;
socket.onopen = () => { said.dataset.open = ""; };
socket.onmessage = ({ data }) => { said.textContent = data; };
document.querySelector("button").onclick = () => socket.send(String(++count));
</script>"""

_sockets: set[WebSocket] = set()


@asynccontextmanager
async def bare_server(folder: Path) -> AsyncGenerator[str]:
    """Run it in a process of its own, on the same server as the studio's; yields its address."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__, str(port), str(folder))
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(30), httpx.AsyncClient() as client:
            while True:
                with suppress(httpx.TransportError):
                    await client.get(url)
                    break
                await asyncio.sleep(0.05)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _page(_request: Request) -> Response:
    return HTMLResponse(PAGE)


async def _socket(socket: WebSocket) -> None:
    """Say everything back."""
    await socket.accept()
    _sockets.add(socket)
    with suppress(WebSocketDisconnect):
        while True:
            await socket.send_text(await socket.receive_text())
    _sockets.discard(socket)


async def _tell(request: Request) -> Response:
    """Say the body in every open socket."""
    words = (await request.body()).decode()
    await asyncio.gather(*(socket.send_text(words) for socket in _sockets))
    return Response()


async def _take(request: Request) -> Response:
    """Write the body to disk as it comes."""
    with (Path(sys.argv[2]) / request.query_params["name"]).open("wb") as out:
        async for chunk in request.stream():
            out.write(chunk)
    return Response(status_code=201)


if __name__ == "__main__":
    routes = [
        Route("/", _page),
        Route("/tell", _tell, methods=["POST"]),
        Route("/take", _take, methods=["POST"]),
        WebSocketRoute("/socket", _socket),
    ]
    uvicorn.run(Starlette(routes=routes), port=int(sys.argv[1]), log_level="warning", access_log=False)
