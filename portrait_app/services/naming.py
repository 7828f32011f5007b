"""The face model of a training that went well and no longer says which it made: looked for by its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.adapters.replicate import wire
from portrait_app.database.address import Role
from portrait_app.database.trainings import known_versions
from portrait_app.domain.cause import Cause
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.services import progress
from portrait_app.services.pace import Call, turn, turns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.adapters.replicate.listing import Listed
    from portrait_app.domain.order import Order
    from portrait_app.domain.report import JobReport
    from portrait_app.services.work import Desk

log = structlog.get_logger()

SETTLED_AFTER = timedelta(minutes=3)  # before that lists may not show yet what else ran, or was pushed, in that time
LISTED_WITHIN = timedelta(minutes=10)  # after a training's end: its face model is in the engine's list by then
PUSHED_WITHIN = timedelta(minutes=2)  # after that end, at most
LONGEST = timedelta(days=1)  # a training


async def named(desk: Desk, gateway: Gateway, report: JobReport) -> JobReport:
    """Return the report with the face model that its training made, if that can be told for certain; else as it is.

    It is the one that was pushed while the training ran, that is nobody's yet, and that no other training can have made
    which doesn't say either. A guess would show somebody another person's face.

    Raises: EngineError: it could not be asked now.
    """
    if report.cause is not Cause.UNNAMED or report.lasted is None or _since_the_end(gateway, report) < SETTLED_AFTER:
        return report
    version = await _version_of(desk, gateway, report.job_id, *report.lasted)
    if version is None:
        return report
    log.info("training.named", job=report.job_id, version=version)
    return replace(report, status=OrderStatus.DONE, version=version, cause=None, trouble=None, trouble_detail=None)


async def of_its_time(desk: Desk, gateway: Gateway, report: JobReport) -> set[str] | None:
    """Return the face models of which one is what a training made that doesn't say which, as far as they are listed.

    None: that can't be known, or not yet. That none is listed proves nothing by itself: the list may be another model's
    by now (`REPLICATE_DESTINATION`), or be empty for a bad minute.

    Raises: EngineError: it could not be asked now.
    """
    if report.lasted is None or not is_late(gateway, report):
        return None
    found = await _of_its_time(desk, gateway, report.job_id, *report.lasted)
    return None if found is None else set(found[0])


async def nobodys(desk: Desk, made: set[str]) -> set[str]:
    """Return those of some face models that our own rows don't say are somebody's, as a list may not say any more."""
    if not made:
        return made
    async with desk.for_nobody(Role.SERVICE) as session:
        return made - await known_versions(session, made)


async def give_up(desk: Desk, order: Order, report: JobReport) -> None:
    """End an order whose face model can't be told: it is the operator's to find."""
    said = f"job {report.job_id} made a face model, and doesn't say which: a version of the private model"
    when = f", pushed before {report.lasted[1]:%Y-%m-%d %H:%M:%S} UTC" if report.lasted else ""
    async with desk.for_service(order.owner_id) as work:
        detail, trouble = f"{said}{when}", report.trouble or ""
        await progress.end(work, order.id, OrderStatus.FAILED, trouble=trouble, detail=detail, cause=Cause.UNNAMED)
        row = await work.orders.get(order.id, lock=True)
        if row.status is OrderStatus.FAILED:
            row.doubt = detail


def is_late(gateway: Gateway, report: JobReport) -> bool:
    """Whether the engine's list would have its face model by now."""
    return report.lasted is None or _since_the_end(gateway, report) > LISTED_WITHIN


def _since_the_end(gateway: Gateway, report: JobReport) -> timedelta:
    """Return how long ago a training ended, by the engine's clock, which said when it did."""
    assert report.lasted is not None
    return now() + gateway.jobs.ahead() - report.lasted[1]


async def _version_of(desk: Desk, gateway: Gateway, job_id: str, since: datetime, ended: datetime) -> str | None:
    found = await _of_its_time(desk, gateway, job_id, since, ended)
    if found is None:
        return None
    nobodys, others = found
    certain = [name for name, at in nobodys.items() if not any(_may_have_made_it(one, at) for one in others)]
    return certain[0] if len(certain) == len(nobodys) == 1 else None


async def _of_its_time(
    desk: Desk, gateway: Gateway, job_id: str, since: datetime, ended: datetime
) -> tuple[dict[str, datetime], Sequence[Listed]] | None:
    """Return what was pushed in a training's time and is nobody's, and all other trainings; None if it isn't known.

    For that, both lists must reach back to it. It is somebody's if another training names it, or our own rows do.
    """
    async with turn(desk, Call.ASK):
        made, are_all = await gateway.places.pushed()
    times = [at for _, at in made if at is not None]
    reaches_back = are_all or (bool(times) and min(times) < since)
    if len(times) < len(made) or not reaches_back:
        return None
    pushed = {name: at for name, at in made if at is not None and since <= at <= ended + PUSHED_WITHIN}
    left = await nobodys(desk, set(pushed))
    if not left:
        return {}, ()
    others = await _others(desk, gateway, job_id, since - LONGEST)
    if others is None:
        return None
    named_by_others = {_hash_of(one.report.version) for one in others if one.report.version is not None}
    return {name: pushed[name] for name in left if _hash_of(name) not in named_by_others}, others


async def _others(desk: Desk, gateway: Gateway, job_id: str, since: datetime) -> list[Listed] | None:
    """Return all other trainings since then; None where the list can't be read whole."""
    others: list[Listed] = []
    is_last = False
    async for page in gateway.jobs.pages(OrderKind.TRAINING, since, turn=turns(desk, Call.ASK)):
        if not page.is_readable:
            return None
        others += [one for one in page.jobs if one.report.job_id != job_id]
        is_last = page.is_last
    return others if is_last else None


def _hash_of(version: str) -> str:
    """Return what it is known by: the rest says where it lies, and is spelled as the operator or the engine does."""
    return version.rpartition(":")[2]


def _may_have_made_it(other: Listed, at: datetime) -> bool:
    """Whether another training, which names no face model, may have made what was pushed at this moment."""
    if other.report.version is not None or wire.has_failed(other.body):
        return False
    span = wire.lasted(other.body)
    if span is None:
        return other.created_at is None or other.created_at <= at
    return span[0] <= at <= span[1] + PUSHED_WITHIN
