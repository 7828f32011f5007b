"""Deleting a face model: here at once, and at the engine by a chore that asks until it is confirmed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate.errors import EngineError, JobVanished, Refused
from portrait_app.database.address import Role
from portrait_app.database.orders import count_up
from portrait_app.domain.cause import Cause
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.training import LINE_STAYS
from portrait_app.errors import NotFound, PortraitError
from portrait_app.services import cancelling, naming, selfies, strays, tidying, versions
from portrait_app.services.pace import Call, turn
from portrait_app.services.versions import NotYetGone

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import timedelta
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.order import Order
    from portrait_app.domain.report import JobReport
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

UNSURE = "Deleted as far as can be known"  # the phase of a face model whose deletion can't be confirmed
UNNAMED = "Not deleted, as the engine no longer says which it is"  # of one that it made for certain
REFUSALS = "deletions that the engine refused"


class StillLearning(PortraitError):
    """A face model that is being learned can't be deleted."""

    headline = "Stop it first"
    hint = "This face is still being learned. Stop that, then delete it; your photos are safe meanwhile."


async def remove(work: Work, training_id: UUID) -> Training:
    """Delete a face model for good that has ended, also from the Trash.

    Portraits on their way are called off; those that were made are kept.

    From now on nothing is made from it. Its photos, and all that the engine has of it, are deleted by a chore.

    Raises:
        NotFound: there is no such face model of this person.
        StillLearning: it must be stopped first.
    """
    await call_off_portraits(work, training_id)
    training = await work.trainings.get_anywhere(training_id, lock=True)
    if training.status is TrainingStatus.DRAFT:
        raise NotFound(f"{training_id} is a draft")
    if not training.status.is_final:
        raise StillLearning(f"{training_id} is {training.status}")
    if training.removal_asked_at is None:
        training.removal_asked_at, training.deleted_at = now(), None  # from here on it is a line that says how it goes
        work.later(Chore.REMOVE_MODEL, training.id)
        await work.tell("training", training.id)
    return training


async def call_off_portraits(work: Work, training_id: UUID) -> None:
    """Call off whatever is still being made from a face model."""
    for generation in await work.generations.unfinished_of(training_id):
        await cancelling.cancel_portraits(work, generation.id)


async def carry_out(desk: Desk, gateway: Gateway, owner_id: UUID, training_id: UUID) -> None:
    """Delete what the person asked to be deleted, and see that it is gone. Each step may be done twice.

    Raises:
        NotYetGone: the engine has not confirmed it. EngineError: it could not be asked now.
    """
    training = await _still_to_remove(desk, owner_id, training_id)
    if training is None:
        return
    assert training.removal_asked_at is not None
    asked_ago = now() - training.removal_asked_at
    try:
        await selfies.forget(desk, owner_id, training_id)
    except Exception:  # a bucket that is away: the engine needn't keep the face for as long
        with contextlib.suppress(NotYetGone, EngineError):  # and is not blamed for what is our own to mend
            await _forget_at_engine(desk, gateway, training, asked_ago)
        raise
    await _forget_at_engine(desk, gateway, training, asked_ago)
    async with desk.for_service(owner_id) as work:
        row = await work.trainings.get(training_id, lock=True)
        row.version = row.identity = None
        row.removed_at = now()
        await work.tell("training", training_id)
    log.info("model.removed", training=str(training_id), after_s=asked_ago.total_seconds())


async def _still_to_remove(desk: Desk, owner_id: UUID, training_id: UUID) -> Training | None:
    """Return the face model while something of it may be left; else its line goes when its time is over."""
    async with desk.for_service(owner_id) as work:
        training = await work.trainings.find(training_id, lock=True)
        if training is None or training.removal_asked_at is None:
            return None
        if training.removed_at is not None:
            ago = now() - training.removed_at
            if ago > LINE_STAYS and not await work.assets.count_kept_of(training_id):
                if any(order.is_open for order in await work.orders.given_up_of(training_id)):  # it turned up since
                    raise NotYetGone("a job of it is still seen off", ago)
                await work.trainings.remove(training)
            return None
    return training


async def _forget_at_engine(desk: Desk, gateway: Gateway, training: Training, asked_ago: timedelta) -> None:
    """Have the engine delete all of it, and return once that is confirmed.

    Raises: NotYetGone, EngineError.
    """
    try:
        await _delete_there(desk, gateway, training, asked_ago)
        await _see_that_none_is_in_doubt(desk, training, asked_ago)
    except Refused as error:
        await _note_refusal(desk, training, error)
        raise NotYetGone(str(error), asked_ago) from error
    finally:
        async with desk.for_service(training.owner_id) as work:
            await work.tell("training", training.id)  # how long it takes is said, too


async def _delete_there(desk: Desk, gateway: Gateway, training: Training, asked_ago: timedelta) -> None:
    """Have its uploaded photos deleted, its version, and what jobs made that were given up and ended well all the same.

    Each is asked for whatever becomes of the others: a file that stays keeps no face there.

    Raises: NotYetGone, EngineError: what stands against it; a refusal before all else.
    """
    untidy, given_up = await _what_is_there(desk, training, asked_ago)
    against = list[Exception]()
    for order in untidy:
        with _noting(against):
            await tidying.tidy(desk, gateway, training.owner_id, order.id)
    known = {version for version in (training.version, *(order.version for order in given_up)) if version}
    for version in known:
        with _noting(against):
            await versions.delete(desk, gateway, version, asked_ago)
            async with desk.for_service(training.owner_id) as work:
                await work.orders.end_doubts_about(version)
    for order in given_up:
        if order.job_id is None or order.version is not None:  # one that has made something has ended
            continue
        with _noting(against):
            for version in await _made_by(desk, gateway, order, order.job_id, asked_ago) - known:
                await versions.delete(desk, gateway, version, asked_ago)
    if against:
        async with desk.for_service(training.owner_id) as work:
            (await work.trainings.get(training.id, lock=True)).phase = ""  # that all we know of is deleted is not so
        raise next((each for each in against if isinstance(each, Refused)), against[0])


@contextlib.contextmanager
def _noting(against: list[Exception]) -> Generator[None]:
    try:
        yield
    except (NotYetGone, EngineError) as error:
        against.append(error)


async def _what_is_there(
    desk: Desk, training: Training, asked_ago: timedelta
) -> tuple[Sequence[Order], Sequence[Order]]:
    """Return the orders whose photos lie there, and those given up, once nothing is under way that needs something."""
    async with desk.for_service(training.owner_id) as work:
        await call_off_portraits(work, training.id)  # also what was ordered anew since they were called off
        is_busy = [
            *await work.generations.unfinished_of(training.id),
            *await work.orders.unfinished_of(training.id),
        ]
        untidy, given_up = await work.orders.untidy_of(training.id), await work.orders.given_up_of(training.id)
    if is_busy:
        raise NotYetGone(f"{len(is_busy)} orders of it are under way", asked_ago)
    return untidy, given_up


async def _made_by(desk: Desk, gateway: Gateway, order: Order, job_id: str, asked_ago: timedelta) -> set[str]:
    """Name what the job of an order that was given up has made.

    One that doesn't say what it made stays in doubt, until the operator's word settles that.

    Raises: NotYetGone: it still runs, is looked for, or is unknown just now. EngineError.
    """
    try:
        report = await _ended(desk, gateway, order, job_id, asked_ago)
    except JobVanished as error:
        if not await strays.will_not_be_back(desk, gateway, order):
            raise NotYetGone(f"the engine doesn't know job {job_id} just now", asked_ago) from error
        return set()
    report = await naming.named(desk, gateway, report)
    is_certain = report.cause is not Cause.UNNAMED
    if order.unknown_since is not None or (is_certain and order.doubt is not None):
        async with desk.for_service(order.owner_id) as work:
            row = await work.orders.get(order.id, lock=True)
            row.unknown_since, row.doubt = None, None if is_certain else row.doubt
    if not is_certain and order.stray_since is not None:
        raise NotYetGone(f"job {job_id} made a face model and doesn't say which", asked_ago)
    return {report.version} if report.version else set()


async def _ended(desk: Desk, gateway: Gateway, order: Order, job_id: str, asked_ago: timedelta) -> JobReport:
    """Hear how a job has ended; one that still runs is called off.

    Raises: NotYetGone: it still runs. JobVanished, EngineError.
    """
    async with turn(desk, Call.ASK):
        report = await gateway.look_at(order.kind, job_id)
    if not report.status.is_final:
        async with turn(desk, Call.ASK):
            await gateway.cancel(order.kind, job_id)
        raise NotYetGone(f"job {job_id} was still running", asked_ago)
    return report


async def _see_that_none_is_in_doubt(desk: Desk, training: Training, asked_ago: timedelta) -> None:
    """See that no order was lost without a trace: its job may have made a face model that nobody can find by asking.

    Raises: NotYetGone: one was. Should its job turn up, the next round deletes what it made.
    """
    async with desk.for_service(training.owner_id) as work:
        given_up = await work.orders.given_up_of(training.id)
        doubtful = [order for order in given_up if order.doubt is not None and order.version is None]
        unknown = [order for order in given_up if order.job_id is None]
        if unknown and not doubtful:
            raise NotYetGone(f"{len(unknown)} jobs of it may still turn up", asked_ago)
        if not doubtful:
            return
        row = await work.trainings.get(training.id, lock=True)
        row.phase = UNNAMED if any(order.job_id and order.unknown_since is None for order in doubtful) else UNSURE
    log.warning("model.removal_in_doubt", training=str(training.id), doubts=[order.doubt for order in doubtful])
    raise NotYetGone(f"{len(doubtful)} orders of it are in doubt", asked_ago)


async def _note_refusal(desk: Desk, training: Training, error: Refused) -> None:
    log.warning("model.not_removed", training=str(training.id), why=type(error).__name__, detail=str(error))
    async with desk.for_nobody(Role.SERVICE) as session:
        await count_up(session, REFUSALS)
