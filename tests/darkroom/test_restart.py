"""Killed in the middle, a darkroom goes on where it was: no job is lost, none is done twice."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from portrait_app.darkroom.recipes import MOST_TRIES
from tests.darkroom.running import end_of, train, trained_version

if TYPE_CHECKING:
    from replicate import AsyncReplicate

    from tests.darkroom.running import Ear, RunningDarkroom


@pytest.fixture
def darkroom(fresh_darkroom: RunningDarkroom) -> RunningDarkroom:
    """These tests kill theirs."""
    return fresh_darkroom


async def test_a_training_killed_in_the_middle_ends_well_and_once(
    replicate: AsyncReplicate, darkroom: RunningDarkroom, ear: Ear
) -> None:
    darkroom.tell_engine("hold")
    training = await train(replicate, webhook=ear.url)
    await ear.until(lambda heard: heard and "Starting train job" in heard[-1].body["logs"])
    await darkroom.end(signal.SIGKILL)
    darkroom.release_engine()
    await darkroom.start()
    ended = await end_of(replicate, training)
    assert ended.status == "succeeded"
    versions: Any = await replicate.models.versions.list(model_owner="darkroom", model_name="faces")
    assert [each.id for each in versions.results] == [ended.output.version.partition(":")[2]]
    await ear.until_status("succeeded")
    assert [heard.body["status"] for heard in ear.heard].count("succeeded") == 1


async def test_finished_pictures_are_kept_and_the_rest_is_made(
    replicate: AsyncReplicate, darkroom: RunningDarkroom, ear: Ear
) -> None:
    version = await trained_version(replicate)
    darkroom.tell_engine("hold-after", "2")
    prediction: Any = await replicate.predictions.create(
        version=version, input={"num_outputs": 4, "output_format": "png", "seed": 40}, webhook=ear.url
    )
    before = await ear.until(lambda heard: heard and len(heard[-1].body["output"] or []) == 2)
    finished = before[-1].body["output"]
    async with httpx.AsyncClient() as anybody:
        pictures = [(await anybody.get(link)).content for link in finished]
        await darkroom.end(signal.SIGKILL)
        (darkroom.engine / "hold-after").unlink()
        await darkroom.start()
        final = await ear.until_status("succeeded")
        assert final["output"][:2] == finished
        assert [(await anybody.get(link)).content for link in finished] == pictures
    assert final["id"] == prediction.id
    seeds = [done["seed"] for done in darkroom.done_by_engine() if done["what"] == "render"]
    assert seeds == [40, 41, 42, 42, 43]  # the third was under way when the kill came


async def test_waiting_jobs_wait_on_in_their_order(replicate: AsyncReplicate, darkroom: RunningDarkroom) -> None:
    version = await trained_version(replicate)
    darkroom.tell_engine("hold")
    waiting = [await replicate.predictions.create(version=version, input={"seed": seed}) for seed in (3, 1, 2)]
    await darkroom.end(signal.SIGKILL)
    darkroom.release_engine()
    await darkroom.start()
    for each in waiting:
        await end_of(replicate, each)
    assert [done["seed"] for done in darkroom.done_by_engine()][-3:] == [3, 1, 2]


async def test_the_engine_dies_with_its_server(darkroom: RunningDarkroom) -> None:
    assert darkroom.process
    children = psutil.Process(darkroom.process.pid).children(recursive=True)
    assert len(children) == 1
    await darkroom.end(signal.SIGKILL)
    gone, alive = psutil.wait_procs(children, timeout=5)
    assert (len(gone), alive) == (1, [])


async def test_a_killed_engine_is_replaced_and_its_job_goes_on(
    replicate: AsyncReplicate, darkroom: RunningDarkroom, ear: Ear
) -> None:
    darkroom.tell_engine("hold")
    await train(replicate, webhook=ear.url)
    await darkroom.until_engine_is_asked(more_than=0)
    assert darkroom.process
    psutil.Process(darkroom.process.pid).children()[0].kill()
    await darkroom.until_engine_is_asked(more_than=1)
    darkroom.release_engine()
    assert "The engine was interrupted; trying once more" in (await ear.until_status("succeeded"))["logs"]


async def test_a_training_whose_engine_is_killed_again_and_again_ends_well(
    replicate: AsyncReplicate, darkroom: RunningDarkroom
) -> None:
    darkroom.tell_engine("die", str(MOST_TRIES - 1))
    training = await end_of(replicate, await train(replicate))
    assert (training.status, training.error) == ("succeeded", None)
    assert len(darkroom.done_by_engine()) == MOST_TRIES


async def test_an_engine_killed_while_it_starts_anew_is_started_once_more(
    replicate: AsyncReplicate, darkroom: RunningDarkroom
) -> None:
    darkroom.tell_engine("die", "1")
    darkroom.tell_engine("die-at-start", "2")
    training = await end_of(replicate, await train(replicate))
    assert (training.status, training.error) == ("succeeded", None)


async def test_an_engine_that_crashes_again_fails_one_job_only(
    replicate: AsyncReplicate, darkroom: RunningDarkroom
) -> None:
    version = await trained_version(replicate)
    darkroom.tell_engine("die", str(MOST_TRIES))
    failed = await replicate.predictions.create(version=version, input={}, prefer="wait=10")
    assert (failed.status, failed.error) == ("failed", "Prediction interrupted; please retry (code: PA)")
    good = await replicate.predictions.create(version=version, input={}, prefer="wait=10")
    assert good.status == "succeeded"


async def test_it_stops_cleanly_within_two_seconds(darkroom: RunningDarkroom) -> None:
    assert darkroom.process
    engine = psutil.Process(darkroom.process.pid).children()
    assert await darkroom.end(signal.SIGINT) == 0
    assert not any(each.is_running() for each in engine)


async def test_an_end_that_nobody_took_is_told_after_a_restart(
    replicate: AsyncReplicate, darkroom: RunningDarkroom, ear: Ear
) -> None:
    ear.answers = [503, 503, 503]
    await train(replicate, webhook=ear.url, webhook_events_filter=["completed"])
    first = (await ear.until(lambda heard: heard))[0]
    await darkroom.end()
    ear.answers = []
    told = len(ear.heard)
    await darkroom.start()
    again = (await ear.until(lambda heard: len(heard) > told))[-1]
    assert again.headers["webhook-id"] == first.headers["webhook-id"]
    assert again.body["status"] == "succeeded"
