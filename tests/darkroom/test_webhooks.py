"""Webhooks: signed, in order, throttled in between, and the last word repeated until it is taken."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks.webhooks import Webhook

from portrait_app.darkroom.clock import Clock, now, stamp
from portrait_app.darkroom.store import Job
from portrait_app.darkroom.webhooks import Webhooks
from portrait_app.darkroom.wire import Wire
from tests.darkroom.running import PATIENCE_S, train, trained_version

if TYPE_CHECKING:
    from datetime import datetime

    import httpx
    from replicate import AsyncReplicate

    from tests.darkroom.running import Ear


async def test_every_webhook_is_signed_with_the_secret_that_the_api_tells(replicate: AsyncReplicate, ear: Ear) -> None:
    await train(replicate, webhook=ear.url)
    await ear.until_status("succeeded")
    secret = (await replicate.webhooks.default.secret.get()).key
    assert secret
    assert secret.startswith("whsec_")
    for heard in ear.heard:
        Webhook(secret).verify(heard.raw, heard.headers, json_parse=False)


async def test_the_start_is_told_first_and_the_end_last(replicate: AsyncReplicate, ear: Ear) -> None:
    await train(replicate, webhook=ear.url)
    await ear.until_status("succeeded")
    statuses = [heard.body["status"] for heard in ear.heard]
    assert statuses[0] == "processing"
    assert set(statuses[:-1]) == {"processing"}
    assert ear.heard[0].body["logs"] == ""


async def test_only_the_events_that_were_asked_for_are_told(replicate: AsyncReplicate, ear: Ear) -> None:
    await train(replicate, webhook=ear.url, webhook_events_filter=["completed"])
    await ear.until_status("succeeded")
    assert len(ear.heard) == 1


async def test_news_in_between_come_at_most_twice_a_second(replicate: AsyncReplicate, ear: Ear) -> None:
    version = await trained_version(replicate)
    given: Any = {"num_outputs": 8, "aspect_ratio": "custom", "width": 1440, "height": 1440}
    await replicate.predictions.create(
        version=version, input=given, webhook=ear.url, webhook_events_filter=["output", "logs", "completed"]
    )
    await ear.until_status("succeeded")
    moments = [heard.at for heard in ear.heard[:-1]]
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert all(gap > 0.45 for gap in gaps)


async def test_the_end_is_told_again_until_it_is_taken_and_never_elsewhere(replicate: AsyncReplicate, ear: Ear) -> None:
    ear.answers = [500, 302, 204]
    await train(replicate, webhook=ear.url, webhook_events_filter=["completed"])
    heard = await ear.until(lambda heard: len(heard) == 3)
    assert len({each.headers["webhook-id"] for each in heard}) == 1
    assert len({each.raw for each in heard}) == 1


class OwnClock(Clock):
    """A clock whose time passes only by waiting for it."""

    def __init__(self) -> None:
        self.moment = now()
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


async def test_the_end_is_told_again_for_a_whole_minute_and_no_longer(ear: Ear) -> None:
    ear.answers = [503] * 20
    clock, given_up = OwnClock(), asyncio.Event()
    webhooks = Webhooks(f"whsec_{'MDEy' * 8}", Wire("http://inside").job, lambda _: given_up.set(), clock)
    webhooks.tell(_ended_job(ear.url, stamp(clock.moment)), "completed")
    await asyncio.wait_for(given_up.wait(), PATIENCE_S)
    await webhooks.close()
    tries = [0.0, *itertools.accumulate(clock.slept)]
    assert tries == pytest.approx([0, 1, 3, 7, 15, 31, 60])
    assert len(ear.heard) == len(tries)
    assert len({each.headers["webhook-id"] for each in ear.heard}) == 1


def _ended_job(webhook: str, moment: str) -> Job:
    return Job(
        sequence=1,
        id="j" * 26,
        kind="prediction",
        model="darkroom/faces",
        version="0" * 64,
        input={},
        seed=1,
        folder="folder",
        webhook=webhook,
        webhook_events=("completed",),
        created_at=moment,
        status="succeeded",
        completed_at=moment,
        is_told=False,
    )


async def test_a_host_that_no_name_can_have_is_like_one_that_is_away() -> None:
    clock, given_up = OwnClock(), asyncio.Event()
    webhooks = Webhooks(f"whsec_{'MDEy' * 8}", Wire("http://inside").job, lambda _: given_up.set(), clock)
    webhooks.tell(_ended_job(f"http://{'a' * 70}.example/hook", stamp(clock.moment)), "completed")
    await asyncio.wait_for(given_up.wait(), PATIENCE_S)
    await webhooks.close()


async def test_a_webhook_must_be_a_web_address(http: httpx.AsyncClient) -> None:
    body = {"version": "0" * 64, "input": {}, "webhook": "file:///etc/passwd"}
    answer = await http.post("predictions", json=body)
    assert answer.status_code == 422
    assert answer.json()["invalid_fields"][0]["field"] == "webhook"
