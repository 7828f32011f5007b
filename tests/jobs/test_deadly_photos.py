"""A photo that ends every worker that opens it: it is refused in the end, and all others are examined."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from portrait_app.adapters.queue import JobQueue, jobs_app
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.house import child
from portrait_app.jobs import worker
from portrait_app.jobs.deaths import VARIABLE
from portrait_app.services import selfies
from portrait_app.services.selfies import Examiner

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from uuid import UUID

    from procrastinate import App

    from portrait_app.wiring import Workshop
    from tests.builders import House

DIES = """
WITH dead AS (INSERT INTO jobs.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id)
UPDATE jobs.procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)
WHERE args->>'row_id' = %s AND status = 'todo' RETURNING attempts
"""


class AwayDatabase:
    """Jobs that nobody can be asked about: the database begins anew."""

    async def list_jobs_async(self, **_: object) -> None:
        raise ConnectorException


@pytest.fixture
async def workshop(house: House) -> AsyncGenerator[SimpleNamespace]:
    app = jobs_app(house.desk.database.address)
    async with app.open_async():
        house.desk.queue = JobQueue(app)
        reader: Any = None  # no worker comes so far as to ask it
        yield SimpleNamespace(jobs=app, examiner=Examiner(house.desk, reader))


async def _sent(house: House, owner_id: UUID) -> UUID:
    async def deadly() -> AsyncIterator[bytes]:
        yield b"deadly"

    someone = await house.someone(owner_id)
    return (await selfies.receive(house.desk, someone, filename="deadly.webp", chunks=deadly())).id


def _kill(house: House, row_id: UUID) -> int:
    """Have the worker die that is at work on this chore; return how often one did before."""
    with psycopg.connect(house.desk.database.address.conninfo(), autocommit=True) as admin:
        admin.execute("SET search_path = jobs")
        found = admin.execute(DIES, [str(row_id)]).fetchone()
    assert found is not None
    return int(found[0])


async def test_a_photo_that_ends_worker_after_worker_is_refused_in_words(
    house: House, workshop: SimpleNamespace
) -> None:
    ada = await house.somebody("Ada")
    photo_id = await _sent(house, ada)
    for deaths in range(worker.MOST_DEATHS + 1):
        async with house.desk.for_person(ada) as work:
            assert (await work.selfies.get(photo_id)).status is SelfieStatus.EXAMINING
        assert _kill(house, photo_id) == deaths
        await worker._take_over_from_the_dead(cast("Workshop", workshop))
    async with house.desk.for_person(ada) as work:
        photo = await work.selfies.get(photo_id)
    assert (photo.status, photo.refusal) == (SelfieStatus.REFUSED, "This picture is damaged or incomplete.")
    await workshop.examiner.examine(ada, photo_id)  # the chore, given back once more, finds nothing to open
    assert [stored.key for stored in await house.desk.buckets.of(ada).page(most=9)] == []


async def test_a_photo_is_refused_before_so_many_workers_died_that_the_studio_ends(
    house: House, workshop: SimpleNamespace
) -> None:
    ada = await house.somebody("Ada")
    photo_id = await _sent(house, ada)
    for _ in range(child.MOST_DEATHS - 1):
        _kill(house, photo_id)
        await worker._take_over_from_the_dead(cast("Workshop", workshop))
    async with house.desk.for_person(ada) as work:
        assert (await work.selfies.get(photo_id)).status is SelfieStatus.REFUSED


async def test_two_such_photos_do_not_end_the_studio_within_a_minute(house: House, workshop: SimpleNamespace) -> None:
    ada = await house.somebody("Ada")
    suspects = [await _sent(house, ada), await _sent(house, ada)]
    deaths = 0
    for photo_id in suspects * child.MOST_DEATHS:
        if (await _due_in(workshop, photo_id)) > timedelta(seconds=child.WITHIN_SECONDS - 1):
            continue
        _kill(house, photo_id)
        deaths += 1
        await worker._take_over_from_the_dead(cast("Workshop", workshop))
    assert 0 < deaths < child.MOST_DEATHS
    other = await _sent(house, ada)
    assert await _due_in(workshop, other) <= timedelta()  # nobody waits for them


async def test_however_many_such_photos_come_at_once_no_five_of_them_end_a_worker_within_a_minute(
    house: House, workshop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.somebody("Ada")
    first, *_ = [await _sent(house, ada) for _ in range(5)]
    waits = {}
    for deaths in range(child.MOST_DEATHS):
        monkeypatch.setenv(VARIABLE, str(deaths))
        waits[deaths] = await worker.wait_with_photos_s(workshop.jobs)
    assert set(waits.values()) == {0.0}  # nothing is known against any of them
    assert await worker.wait_with_photos_s(cast("App", SimpleNamespace(job_manager=AwayDatabase()))) == 0.0
    _kill(house, first)
    for is_taken_over in (False, True):
        if is_taken_over:
            await worker._take_over_from_the_dead(cast("Workshop", workshop))
        for deaths in waits:
            monkeypatch.setenv(VARIABLE, str(deaths))
            waits[deaths] = await worker.wait_with_photos_s(workshop.jobs)
        assert (waits[0], waits[1]) == (0.0, 0.0)
        assert sum(waits.values()) >= child.WITHIN_SECONDS


async def _due_in(workshop: SimpleNamespace, photo_id: UUID) -> timedelta:
    """When a photo is next looked at, from now."""
    jobs = await workshop.jobs.job_manager.list_jobs_async(task=Chore.EXAMINE_SELFIE)
    (job,) = [job for job in jobs if job.task_kwargs["row_id"] == str(photo_id)]
    return job.scheduled_at - now() if job.scheduled_at else timedelta()


async def test_a_photo_that_waited_long_for_a_store_is_not_refused_for_the_first_worker_that_dies(
    house: House, workshop: SimpleNamespace
) -> None:
    ada = await house.somebody("Ada")
    photo_id = await _sent(house, ada)
    with psycopg.connect(house.desk.database.address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE jobs.procrastinate_jobs SET attempts = 20 WHERE args->>'row_id' = %s", [str(photo_id)])
    assert _kill(house, photo_id) == 20
    before = now()
    await worker._take_over_from_the_dead(cast("Workshop", workshop))
    async with house.desk.for_person(ada) as work:
        assert (await work.selfies.get(photo_id)).status is SelfieStatus.EXAMINING
    (job,) = await workshop.jobs.job_manager.list_jobs_async(task=Chore.EXAMINE_SELFIE)
    assert job.scheduled_at - before < timedelta(seconds=worker.APART_S * worker.MOST_DEATHS + 1)


async def test_photos_that_no_worker_died_of_come_before_one_beside_which_some_did(
    house: House, workshop: SimpleNamespace
) -> None:
    ada = await house.somebody("Ada")
    suspect = await _sent(house, ada)
    assert _kill(house, suspect) == 0
    await worker._take_over_from_the_dead(cast("Workshop", workshop))
    await _sent(house, ada)
    jobs = await workshop.jobs.job_manager.list_jobs_async(task=Chore.EXAMINE_SELFIE)
    first, second = sorted(jobs, key=lambda job: -job.priority)
    assert first.priority > second.priority
    assert second.task_kwargs["row_id"] == str(suspect)


async def test_other_chores_are_given_back_however_often_a_worker_dies(house: House, workshop: SimpleNamespace) -> None:
    row_id = uuid4()
    await JobQueue(workshop.jobs).put_off(Chore.KEEP_ASSET, await house.somebody("Ada"), row_id)
    for deaths in range(worker.MOST_DEATHS + 3):
        assert _kill(house, row_id) == deaths
        before = now()
        await worker._take_over_from_the_dead(cast("Workshop", workshop))
        (job,) = await workshop.jobs.job_manager.list_jobs_async(task=Chore.KEEP_ASSET)
        # The second death is the last within a minute: five would end the studio.
        assert (job.scheduled_at - before >= timedelta(seconds=child.WITHIN_SECONDS)) is (deaths > 0)


async def test_a_photo_that_was_examined_before_its_worker_died_stays_as_it_is(
    house: House, workshop: SimpleNamespace
) -> None:
    ada = await house.somebody("Ada")
    draft = await house.draft_with_selfies(ada, 1)
    async with house.desk.for_person(ada) as work:
        (photo,) = await work.selfies.of(draft.id)
    await workshop.examiner.give_up(ada, photo.id)
    async with house.desk.for_person(ada) as work:
        assert (await work.selfies.get(photo.id)).status is SelfieStatus.FINE


async def test_an_order_whose_worker_died_in_its_call_does_not_wait_behind_those_that_were_never_sent(
    house: House, workshop: SimpleNamespace
) -> None:
    sent, unsent = uuid4(), uuid4()
    for order_id in (sent, unsent):
        await house.desk.queue.put_off(Chore.SEND_ORDER, uuid4(), order_id)
    _kill(house, sent)
    await worker._take_over_from_the_dead(cast("Workshop", workshop))
    jobs = await workshop.jobs.job_manager.list_jobs_async(task=Chore.SEND_ORDER)
    first = max(jobs, key=lambda job: (job.priority, -job.id))  # as they are fetched, once both are due
    assert first.task_kwargs["row_id"] == str(sent)
