"""`Prefer: wait` bounds a request, `Cancel-After` bounds a job."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.darkroom.clock import now, read_stamp, stamp
from tests.darkroom.running import trained_version

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from replicate import AsyncReplicate

    from portrait_app.darkroom.darkroom import Darkroom


async def test_whoever_waits_for_a_slow_job_is_answered_in_time(
    inside_replicate: AsyncReplicate, inside_http: httpx.AsyncClient, engine_folder: Path
) -> None:
    version = await trained_version(inside_replicate)
    (engine_folder / "hold").touch()
    asked = {"version": version, "input": {}}
    answer = await inside_http.post("predictions", json=asked, headers={"Prefer": "wait=1"})
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "wait=1"
    assert answer.json()["status"] in {"starting", "processing"}


async def test_a_job_whose_deadline_passes_is_cancelled_or_when_it_never_began_aborted(
    inside: Darkroom, inside_replicate: AsyncReplicate, engine_folder: Path
) -> None:
    version = await trained_version(inside_replicate)
    (engine_folder / "hold").touch()
    example = (await inside_replicate.predictions.create(version=version, input={})).id
    template = inside.store.jobs.fetch(example)
    await inside_replicate.predictions.cancel(prediction_id=example)
    soon = stamp(now() + timedelta(seconds=0.5))
    for name in ("running", "waiting"):
        inside.queue.add(replace(template, id=name, deadline=soon))
    for name in ("running", "waiting"):
        await inside.queue.wait_for(name, 10)
    assert inside.store.jobs.fetch("running").status == "canceled"
    assert inside.store.jobs.fetch("waiting").status == "aborted"
    assert inside.store.jobs.fetch("waiting").started_at is None


@pytest.mark.parametrize(("said", "seconds"), [("30s", 30), ("5m", 300), ("1h30m45s", 5445), ("90", 90)])
async def test_a_deadline_may_be_said_in_each_of_replicates_ways(
    replicate: AsyncReplicate, http: httpx.AsyncClient, said: str, seconds: int
) -> None:
    asked = {"version": await trained_version(replicate), "input": {}}
    made: dict[str, Any] = (await http.post("predictions", json=asked, headers={"Cancel-After": said})).json()
    life = read_stamp(made["deadline"]) - read_stamp(made["created_at"])
    assert life == timedelta(seconds=seconds)


@pytest.mark.parametrize("said", ["4s", "", "soon", "1d", "-5m", f"{'9' * 18}h", "999999999h", f"{'9' * 5000}s"])
async def test_a_deadline_that_cannot_be_is_refused(
    replicate: AsyncReplicate, http: httpx.AsyncClient, said: str
) -> None:
    asked = {"version": await trained_version(replicate), "input": {}}
    answer = await http.post("predictions", json=asked, headers={"Cancel-After": said})
    assert answer.status_code == 422
