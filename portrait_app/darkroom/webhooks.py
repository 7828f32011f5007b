"""Tells clients what became of their jobs: signed, in order, and the end of a job with insistence."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import structlog
from standardwebhooks.webhooks import Webhook

from portrait_app.darkroom.clock import Clock, read_stamp
from portrait_app.darkroom.identifiers import new_job_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from portrait_app.darkroom.store import Job
    from portrait_app.darkroom.store.rows import Event

log = structlog.get_logger()

THROTTLE_S = 0.5
INSIST_S = 60.0
TIMEOUT_S = 10.0
_FIRST_PAUSE_S = 1.0


@dataclass(slots=True)
class _Line:
    """What has yet to be told about one job. News in between replaces older news; first and last word stay."""

    first: bytes | None = None
    between: bytes | None = None
    last: bytes | None = None
    is_ending: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Webhooks:
    """A line to each job's client, with one message on its way at a time, so that order is kept.

    Args:
        secret: the signing secret, `whsec_…`.
        body_of: writes a job as the client reads it.
        acknowledged: called with the job's id when its `completed` message was taken, or given up after a minute.
        clock: tells the time, and waits.
    """

    def __init__(
        self,
        secret: str,
        body_of: Callable[[Job], dict[str, Any]],
        acknowledged: Callable[[str], object],
        clock: Clock | None = None,
    ) -> None:
        self._signer = Webhook(secret)
        self._body_of = body_of
        self._acknowledged = acknowledged
        self._clock = clock or Clock()
        self._lines: dict[str, _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # The machine's proxy has no business between a darkroom and the house it works for.
        self._client = httpx.AsyncClient(follow_redirects=False, timeout=TIMEOUT_S, trust_env=False)

    def tell(self, job: Job, event: Event) -> None:
        """Pass on a piece of news, as the job stands now. Returns at once."""
        if not job.webhook:
            return
        line = self._line(job)
        if event in job.webhook_events and (body := self._write(job)):
            match event:
                case "start":
                    line.first = body
                case "completed":
                    line.last, line.between = body, None
                case _:
                    line.between = body
        line.is_ending = line.is_ending or event == "completed"
        line.news.set()

    def _write(self, job: Job) -> bytes | None:
        """The job's body; None if it can't be said, which must not keep other jobs from being told of."""
        try:
            return json.dumps(self._body_of(job), ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError):
            log.exception("webhook.untellable", job=job.id)
            return None

    async def close(self) -> None:
        """Stop telling; what was not acknowledged is told at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _line(self, job: Job) -> _Line:
        line = self._lines.get(job.id)
        if line is None:
            line = self._lines[job.id] = _Line()
            task = asyncio.create_task(self._talk(job, line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return line

    async def _talk(self, job: Job, line: _Line) -> None:
        try:
            while not line.is_ending or line.first or line.between or line.last:
                await line.news.wait()
                line.news.clear()
                await self._say_all(job, line)
        except Exception:
            # It is told again at the next start, as everything that nobody acknowledged.
            log.exception("webhook.broke", job=job.id)
        finally:
            del self._lines[job.id]

    async def _say_all(self, job: Job, line: _Line) -> None:
        if body := line.first:
            line.first = None
            await self._post(job, body, f"msg_{new_job_id()}")
        while (body := line.between) and not line.last:
            line.between = None
            await self._post(job, body, f"msg_{new_job_id()}")
            await _pause(THROTTLE_S, line)
        if line.last:
            await self._insist(job, line.last)
            line.last = None

    async def _insist(self, job: Job, body: bytes) -> None:
        """Repeat the last word until it is taken, for about a minute from the job's end, and at least once."""
        pause, ended = _FIRST_PAUSE_S, read_stamp(json.loads(body)["completed_at"])
        # The same id on every attempt, also after a restart: receivers recognise what they already have.
        while not await self._post(job, body, f"msg_{job.id}"):
            left = INSIST_S - (self._clock.now() - ended).total_seconds()
            if left <= 0:
                log.warning("webhook.given_up", job=job.id)
                break
            await self._clock.sleep(min(pause, left))  # the last try comes when the minute is over, not before
            pause *= 2
        self._acknowledged(job.id)

    async def _post(self, job: Job, body: bytes, message: str) -> bool:
        assert job.webhook
        moment = self._clock.now()
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": self._signer.sign(message, moment, body.decode()),
        }
        try:
            answer = await self._client.post(job.webhook, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # the last: a host's name that is none
            log.info("webhook.unreachable", job=job.id, error=type(error).__name__)
            return False
        if not answer.is_success:
            log.info("webhook.refused", job=job.id, status=answer.status_code)
        return answer.is_success


async def _pause(seconds: float, line: _Line) -> None:
    """Wait, but not longer than until the last word is there."""
    end = asyncio.get_running_loop().time() + seconds
    while not line.is_ending:
        try:
            async with asyncio.timeout_at(end):
                await line.news.wait()
        except TimeoutError:
            return
        line.news.clear()
