"""An HTTP client whose every call has an end, and whose every reply has a size."""

from __future__ import annotations

import asyncio
import contextlib
import math
from contextvars import ContextVar
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx

from portrait_app.domain.clock import now, seconds_on

if TYPE_CHECKING:
    from collections.abc import Generator

CALL_LASTS_S = 60.0  # all of a call together: httpx's own limits begin anew with every byte that comes
SLOWEST_UPLOAD = 50_000  # bytes in a second; what is handed over gets time in proportion
MOST_BYTES = 32 * 1024 * 1024  # of a reply, unpacked: a page of a hundred jobs with long logs is a tenth of it
_OF_THE_WIRE = {"content-encoding", "content-length", "transfer-encoding"}  # no longer true of what was read
# The head of a call and its body are two writes; whoever is stopped between them goes on with the second. An order has
# a body, and without it nobody can take it for one.
_BEFORE_WRITES = (".send_request_headers.started", ".send_request_body.started")
_leaves_by: ContextVar[float] = ContextVar("_leaves_by", default=math.inf)


@contextlib.contextmanager
def leaving_by(moment: float) -> Generator[None]:
    """Around a call of which no byte may leave later than this, by `clock.seconds_on`.

    A process that was stopped, or slept with its machine, goes on where it was, with every time limit of its own begun
    anew or not run on. Others may have done meanwhile what it is about to do.
    """
    before = _leaves_by.set(moment)
    try:
        yield
    finally:
        _leaves_by.reset(before)


def is_too_late() -> bool:
    """Whether no call may leave any more."""
    return seconds_on() > _leaves_by.get()


class BoundedClient(httpx.AsyncClient):
    """Reads each reply to its end within a time and a size.

    What comes too slowly or is too much is httpx's own error, so it is taken for what a broken connection is taken for.

    `ahead` is by how much the other side's clock is ahead of ours, by the last reply that said what time it is there.
    """

    ahead = timedelta()
    lasts_s = CALL_LASTS_S
    most_bytes = MOST_BYTES

    async def send(self, request: httpx.Request, *, stream: bool = False, **how: Any) -> httpx.Response:
        """Send a request and read its reply.

        Raises: httpx.ReadTimeout: it took too long. httpx.ReadError: more came than a reply has. httpx.ConnectTimeout:
            it should have left sooner, and did not. As `httpx` besides.
        """
        del stream  # read here, whatever was asked for

        async def see_that_it_is_time(event: str, _: object) -> None:
            if event.endswith(_BEFORE_WRITES) and is_too_late():
                raise httpx.ConnectTimeout("too late to be sent", request=request)

        request.extensions = {**request.extensions, "trace": see_that_it_is_time}
        size = request.headers.get("content-length", "0")
        lasts_s = self.lasts_s + int(size) / SLOWEST_UPLOAD
        try:
            async with asyncio.timeout(lasts_s):
                reply = await super().send(request, stream=True, **how)
                self._note_time(reply.headers.get("date"))
                content = await _content(reply, self.most_bytes)
        except TimeoutError as error:
            raise httpx.ReadTimeout(f"no whole reply in {lasts_s:.0f} s", request=request) from error
        headers = [(name, value) for name, value in reply.headers.multi_items() if name.lower() not in _OF_THE_WIRE]
        return httpx.Response(reply.status_code, headers=headers, content=content, request=request)

    def _note_time(self, date: str | None) -> None:
        with contextlib.suppress(ValueError, TypeError, OverflowError):  # no date, or without a zone, or of no calendar
            self.ahead = parsedate_to_datetime(date or "") - now()


async def _content(reply: httpx.Response, most_bytes: int) -> bytes:
    content = bytearray()
    try:
        async for chunk in reply.aiter_bytes():  # unpacked piece by piece, so this counts what it grows to
            content += chunk
            if len(content) > most_bytes:
                raise httpx.ReadError(f"more than {most_bytes} bytes", request=reply.request)
    finally:
        await reply.aclose()
    return bytes(content)
