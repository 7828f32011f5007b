"""The queue in a real Postgres: a chore is written down once, and taken back when whoever did it failed or died."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from portrait_app.adapters.queue import JobQueue, jobs_app
from portrait_app.domain.chores import Chore

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from procrastinate.jobs import Job

    from portrait_app.database.address import Address

OWNER, ROW = uuid4(), uuid4()


@pytest.fixture
async def queue(address: Address) -> AsyncGenerator[JobQueue]:
    app = jobs_app(address)
    async with app.open_async():
        yield JobQueue(app)


async def begun(queue: JobQueue) -> Job | None:
    """Begin the next chore, as a worker does."""
    return await queue.app.job_manager.fetch_job(queues=None, worker_id=await queue.app.job_manager.register_worker())


async def waiting(queue: JobQueue) -> list[UUID]:
    jobs = await queue.app.job_manager.list_jobs_async(status="todo")
    return [UUID(str(job.task_kwargs["row_id"])) for job in jobs]


async def test_a_chore_that_waits_is_not_written_down_twice(queue: JobQueue) -> None:
    for _ in range(2):
        await queue.put_off(Chore.SEND_ORDER, OWNER, ROW)
    assert await waiting(queue) == [ROW]


async def test_a_chore_remembered_while_it_is_being_done_can_be_taken_back(queue: JobQueue) -> None:
    await queue.put_off(Chore.EXAMINE_SELFIE, OWNER, ROW)
    job = await begun(queue)
    assert job is not None
    await queue.put_off(Chore.EXAMINE_SELFIE, OWNER, ROW)
    assert await waiting(queue) == []
    await queue.app.job_manager.retry_job(job)
    assert await waiting(queue) == [ROW]


async def test_the_same_row_may_wait_for_another_chore(queue: JobQueue) -> None:
    await queue.put_off(Chore.SEND_ORDER, OWNER, ROW)
    await queue.put_off(Chore.TIDY_ORDER, OWNER, ROW)
    assert await waiting(queue) == [ROW, ROW]
