"""`urls.stream` of a prediction: its log and its pictures as server-sent events, each as soon as it is there.

The events are Replicate's: `output` (a link), `logs` (what was added), `error` and `done`. An event's id says how much
has been sent with it, so that a client that was cut off goes on from there (`Last-Event-ID`).
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from portrait_app.darkroom.api.requests import darkroom_of
from portrait_app.darkroom.problems import not_found

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from starlette.requests import Request

    from portrait_app.darkroom.store import Job

_LOOK_EVERY_S = 0.1  # a look at the row takes about 0.1 ms
_QUIET_S = 5.0  # then a comment is sent: whoever listens knows that the line stands
_PLACE = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")
_LINE_END = re.compile(r"\r\n|\r|\n")
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def stream_prediction(request: Request) -> StreamingResponse:
    """`GET /streams/{folder}`, for whoever knows the unguessable address, as with outputs."""
    darkroom = darkroom_of(request)
    job = darkroom.store.jobs.in_folder(request.path_params["folder"])
    if job is None or job.is_removed or not darkroom.wire.streams(job):
        raise not_found()
    place = _PLACE.fullmatch(request.headers.get("last-event-id", ""))
    outputs, letters = (int(place[1]), int(place[2])) if place else (0, 0)
    events = _events(request, job, outputs, letters)
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)


async def _events(request: Request, job: Job, outputs: int, letters: int) -> AsyncGenerator[str]:
    """Say what is new until the job has ended, was deleted, or the darkroom stops."""
    loop, darkroom = asyncio.get_running_loop(), darkroom_of(request)
    stopping: asyncio.Event = request.app.state.stopping
    spoke_at = loop.time()
    seen: Job | None = job
    while seen is not None:
        for event in _news(seen, darkroom.wire.links(seen), outputs, letters):
            yield event
            spoke_at = loop.time()
        if seen.is_final or stopping.is_set():
            return
        outputs, letters = len(seen.outputs), len(seen.logs)
        if loop.time() - spoke_at > _QUIET_S:
            yield ":\n\n"
            spoke_at = loop.time()
        await asyncio.sleep(_LOOK_EVERY_S)
        seen = darkroom.store.jobs.get(job.id)


def _news(job: Job, links: list[str], outputs: int, letters: int) -> Iterator[str]:
    """What came since so many outputs and so much of the log were sent; after the end also how it ended."""
    if logs := job.logs[letters:]:
        letters = len(job.logs)
        yield _event("logs", logs, f"{outputs}.{letters}")
    for number, link in enumerate(links[outputs:], outputs + 1):
        yield _event("output", link, f"{number}.{letters}")
    place = f"{len(links)}.{letters}"
    if job.status == "failed":
        yield _event("error", json.dumps({"detail": job.error}), place)
    if job.is_final:
        reason = {"succeeded": {}, "failed": {"reason": "error"}}.get(job.status, {"reason": "canceled"})
        yield _event("done", json.dumps(reason), place)


def _event(name: str, data: str, place: str) -> str:
    lines = "".join(f"data: {line}\n" for line in _LINE_END.split(data))
    return f"event: {name}\nid: {place}\n{lines}\n"
