"""Webhooks: once, never, or three times and shuffled; and forged ones, which only claim to be the provider's."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from standardwebhooks import Webhook

from portrait_app.domain.rows import new_id
from tests.chaos.bodies import body_of
from tests.chaos.fate import Course, News

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from tests.chaos.job import Job
    from tests.chaos.provider import Provider

AGAIN_AFTER_S = (0.3, 1.0, 2.0)  # only a job's end is told again


def new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


class Teller:
    """Brings news to whoever ordered a job. `answers` counts what was said to true news, `to_forged` to what had to
    be looked at with the secret, and `to_impossible` to what never could be news.
    """

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.provider: Provider
        self.answers: Counter[int] = Counter()
        self.to_forged: Counter[int] = Counter()
        self.to_impossible: Counter[int] = Counter()
        self.leads: tuple[str, str] = ("", "")  # the public address of a studio, and where it really is
        self._client = httpx.AsyncClient(timeout=10, limits=httpx.Limits(max_connections=20))
        self._going: set[asyncio.Task[None]] = set()

    async def tell(self, job: Job, event: str) -> None:
        """Tell one event, in its own time."""
        if job.webhook is None or event not in job.events:
            return
        content = json.dumps(body_of(job, self.provider.base)).encode()
        job.deliveries += 1
        dice = self.provider.plan.dice("news", job.plan.name, job.deliveries)
        message = f"msg_{secrets.token_hex(12)}"
        if job.plan.is_forged and event in ("start", "completed"):
            self._go(self._forge(job, job.webhook, content))
        if job.plan.news is News.ONCE:
            self._go(self._deliver(job, message, content, 0, event))
        if job.plan.news is News.THRICE:
            for one in (message, message, f"msg_{secrets.token_hex(12)}"):
                self._go(self._deliver(job, one, content, dice.uniform(0, 1), event))

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        while self._going:
            await asyncio.gather(*self._going)

    async def close(self) -> None:
        await self._client.aclose()

    def _go(self, news: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(news)
        self._going.add(task)
        task.add_done_callback(self.provider.noted)
        task.add_done_callback(self._going.discard)

    async def _deliver(self, job: Job, message: str, content: bytes, after_s: float, event: str) -> None:
        await asyncio.sleep(after_s)
        assert job.webhook is not None
        for pause_s in (*AGAIN_AFTER_S, None):
            status = await self._post(job.webhook, content, signed(self.secret, message, content))
            self.answers[status] += 1
            if status == 200:
                job.is_known.set()
            if status == 200 or event != "completed" or pause_s is None:
                return
            await asyncio.sleep(pause_s)

    async def _forge(self, job: Job, url: str, true: bytes) -> None:
        """Send the opposite of what will happen, in every way that must not be believed."""
        body = json.loads(true)
        lie = json.dumps({**body, **_opposite(job)}).encode()
        message = f"msg_{secrets.token_hex(12)}"
        genuine = signed(self.secret, message, true)
        others = [order for order in self.provider.plans if order != job.order] or [str(new_id())]
        other = self.provider.plan.dice("forged", job.id).choice(others)
        for address, content, headers in (
            (url, lie, signed(new_secret(), message, lie)),
            (url, lie, signed(self.secret, message, true)),
            (url, b"{", signed(self.secret, message, b"{")),
            (url, b"[]", signed(self.secret, message, b"[]")),
        ):
            self.to_forged[await self._post(address, content, headers)] += 1
        for address, content, headers in (
            (url, lie, signed(self.secret, message, lie, at=datetime.now(UTC) - timedelta(minutes=10))),
            (url, lie, {}),
            (url, lie, {**signed(self.secret, message, lie), "webhook-signature": "v1,!!! v9"}),
            # True news, caught on its way and brought to the address of another order.
            (url.replace(job.order, other), true, genuine),
            (url.partition("?")[0], true, genuine),
        ):
            self.to_impossible[await self._post(address, content, headers)] += 1

    async def _post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int:
        """Return the answer's status; 0 when none came, as from a process that has just been killed."""
        public, really = self.leads
        assert url.startswith(public)
        url = url.replace(public, really, 1)
        try:
            return (await self._client.post(url, content=content, headers=headers)).status_code
        except httpx.TransportError:
            return 0


def signed(secret: str, message: str, content: bytes, *, at: datetime | None = None) -> dict[str, str]:
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, moment, content.decode()),
    }


def _opposite(job: Job) -> dict[str, Any]:
    if job.plan.course in (Course.SUCCEEDS, Course.PARTIAL):
        return {"status": "failed", "error": "FORGED", "output": None}
    return {"status": "succeeded", "output": ["https://replicate.delivery/forged/0.webp"]}
