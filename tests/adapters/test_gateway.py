"""The gateway against the darkroom, over real HTTP: every call of the contract, and the way of a job through it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate import signature
from portrait_app.adapters.replicate.errors import BadSignature, FaceModelGone, JobVanished, ModelDiffers, WrongToken
from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.adapters.replicate.outputs import OutputUnsafe, fetch
from portrait_app.domain.catalogue import TRAINERS, VIDEOS
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from tests.darkroom.running import PATIENCE_S, PHOTOS, TOKEN

if TYPE_CHECKING:
    from datetime import datetime

    from portrait_app.domain.report import JobReport
    from tests.darkroom.running import Ear, RunningDarkroom

TRAINER = TRAINERS["darkroom"]


async def train(gateway: Gateway, **more: Any) -> tuple[JobReport, str]:
    """Order a training; its first report, and its photos' address."""
    uploaded = await gateway.upload("photos.zip", PHOTOS)
    asked: dict[str, Any] = {"seed": 7, "webhook": None} | more
    return await gateway.start_training(TRAINER, photos_url=uploaded.url, **asked), uploaded.url


async def end_of(gateway: Gateway, kind: OrderKind, job_id: str) -> JobReport:
    async with asyncio.timeout(PATIENCE_S):
        while not (report := await gateway.look_at(kind, job_id)).status.is_final:  # noqa: ASYNC110 -- what a poller does
            await asyncio.sleep(0.02)
    return report


async def trained(gateway: Gateway) -> str:
    report = await end_of(gateway, OrderKind.TRAINING, (await train(gateway))[0].job_id)
    assert report.version, report.trouble_detail
    return report.version


async def test_a_training_ends_in_a_version_of_the_studios_private_model(gateway: Gateway) -> None:
    first, _ = await train(gateway)
    assert first.status is OrderStatus.STARTING

    done = await end_of(gateway, OrderKind.TRAINING, first.job_id)

    assert done.status is OrderStatus.DONE
    assert done.version
    assert done.version.startswith("darkroom/portrait-studio-faces:")
    assert done.progress
    assert done.progress.percent == 100


async def test_the_destination_is_made_once_and_found_again(gateway: Gateway, darkroom: RunningDarkroom) -> None:
    await train(gateway)
    another = Gateway(base_url=darkroom.base, token=TOKEN)  # without /v1: it is added
    report, _ = await train(another)
    await another.close()
    assert report.status is OrderStatus.STARTING


async def test_the_seed_reaches_a_trainer_that_knows_it(gateway: Gateway, darkroom: RunningDarkroom) -> None:
    report, _ = await train(gateway, seed=11)
    await end_of(gateway, OrderKind.TRAINING, report.job_id)
    assert darkroom.done_by_engine()[-1]["seed"] == 11


async def test_portraits_come_one_after_another_and_can_be_fetched(gateway: Gateway, darkroom: RunningDarkroom) -> None:
    version = await trained(gateway)
    wanted = {"style": "noir", "num_outputs": 3, "seed": 5}
    report = await gateway.start_prediction(version=version, input=wanted, webhook=None)

    done = await end_of(gateway, OrderKind.PREDICTION, report.job_id)

    assert (done.status, len(done.outputs)) == (OrderStatus.DONE, 3)
    picture = await fetch(done.outputs[0], allow_local=darkroom.base, max_bytes=10_000_000)
    assert picture[8:12] == b"WEBP"
    with pytest.raises(OutputUnsafe):
        await fetch(done.outputs[0], allow_local=None, max_bytes=10_000_000)
    with pytest.raises(OutputUnsafe):
        await fetch(done.outputs[0], allow_local=darkroom.base, max_bytes=10)


async def test_a_lost_training_is_found_by_the_address_of_its_photos(gateway: Gateway) -> None:
    began = now() - timedelta(minutes=1)
    await train(gateway)
    report, url = await train(gateway)

    async def found(fingerprint: str, since: datetime) -> str | None:
        until = now() + timedelta(minutes=1)
        trace = await gateway.jobs.find(OrderKind.TRAINING, fingerprint=fingerprint, since=since, until=until)
        assert trace.nameless == ()
        return trace.job_id

    assert await found(url, began) == report.job_id
    assert await found(f"{url}x", began) is None
    assert await found(url, now() + timedelta(minutes=1)) is None


async def test_a_lost_prediction_is_found_by_its_seed(gateway: Gateway) -> None:
    version = await trained(gateway)
    report = await gateway.start_prediction(version=version, input={"seed": 77}, webhook=None)
    since = now() - timedelta(minutes=1)

    found = await gateway.jobs.find(OrderKind.PREDICTION, fingerprint="77", since=since, until=now())

    assert found.job_id == report.job_id
    other = await gateway.jobs.find(OrderKind.PREDICTION, fingerprint="7", since=since, until=now())
    assert other.job_id is None


async def test_a_job_can_be_called_off(gateway: Gateway, darkroom: RunningDarkroom) -> None:
    darkroom.tell_engine("hold")
    before = len(darkroom.done_by_engine())
    report, _ = await train(gateway)
    await darkroom.until_engine_is_asked(more_than=before)
    assert (await gateway.cancel(OrderKind.TRAINING, report.job_id)).status is OrderStatus.CANCELED
    darkroom.release_engine()


async def test_a_job_the_engine_does_not_know_has_vanished(gateway: Gateway) -> None:
    for kind in OrderKind:
        with pytest.raises(JobVanished):
            await gateway.look_at(kind, "no/such job")
        with pytest.raises(JobVanished):
            await gateway.cancel(kind, "nosuchjob")


async def test_why_a_job_failed_is_said_twice_for_the_person_and_for_the_log(
    gateway: Gateway, darkroom: RunningDarkroom
) -> None:
    darkroom.tell_engine("fail", "None of the photos shows a face.")
    report = await end_of(gateway, OrderKind.TRAINING, (await train(gateway))[0].job_id)
    (darkroom.engine / "fail").unlink()
    assert report.status is OrderStatus.FAILED
    assert report.trouble
    assert "No face could be found" in report.trouble
    assert report.trouble_detail == "None of the photos shows a face."


async def test_an_uploaded_file_is_deleted_and_deleting_it_again_is_fine(gateway: Gateway) -> None:
    uploaded = await gateway.upload("photos.zip", PHOTOS)
    await gateway.delete_file(uploaded.id)
    await gateway.delete_file(uploaded.id)


async def test_news_is_believed_when_the_engine_signed_it(gateway: Gateway, ear: Ear) -> None:
    report, _ = await train(gateway, webhook=f"{ear.url}?order=1")
    await ear.until_status("succeeded")
    secrets = await gateway.webhook_secrets()

    for heard in ear.heard:
        signature.verify(secrets, heard.headers, heard.raw)
        assert gateway.read(OrderKind.TRAINING, heard.body).job_id == report.job_id
        with pytest.raises(BadSignature):
            signature.verify(secrets, heard.headers, heard.raw + b" ")
    assert gateway.read(OrderKind.TRAINING, ear.heard[-1].body).version


async def test_what_the_engine_cannot_work_with_is_not_sent(gateway: Gateway) -> None:
    version = await trained(gateway)
    with pytest.raises(ModelDiffers, match="num_outputs can't be 99: 8 is the most"):
        await gateway.start_prediction(version=version, input={"num_outputs": 99}, webhook=None)


async def test_the_darkrooms_own_trainer_is_what_its_entry_says(gateway: Gateway) -> None:
    assert await gateway.check_trainer(TRAINER)


async def test_the_darkrooms_own_video_model_is_what_its_entry_says(gateway: Gateway) -> None:
    assert await gateway.check_video(VIDEOS["darkroom"])


async def test_a_deleted_face_model_is_gone_with_its_portraits(gateway: Gateway) -> None:
    version = await trained(gateway)
    job = await gateway.start_prediction(version=version, input={"seed": 3}, webhook=None)
    assert not await gateway.is_version_gone(version)

    await gateway.delete_version(version)

    assert await gateway.is_version_gone(version)
    with pytest.raises(JobVanished):
        await gateway.look_at(OrderKind.PREDICTION, job.job_id)
    with pytest.raises(FaceModelGone):
        await gateway.start_prediction(version=version, input={"seed": 3}, webhook=None)
    await gateway.delete_version(version)  # again: it is no error


async def test_the_account_shows_whether_the_token_is_good(gateway: Gateway, darkroom: RunningDarkroom) -> None:
    assert await gateway.account() == "darkroom"
    stranger = Gateway(base_url=f"{darkroom.base}/v1", token="wrong")
    with pytest.raises(WrongToken):
        await stranger.account()
    with pytest.raises(WrongToken):
        await stranger.upload("photos.zip", PHOTOS)
    await stranger.close()


async def test_a_proxy_for_the_world_outside_is_not_asked_for_this_machines_engine(
    darkroom: RunningDarkroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    gateway = Gateway(base_url=f"{darkroom.base}/v1", token=TOKEN)
    assert await gateway.account() == "darkroom"
    await gateway.close()
