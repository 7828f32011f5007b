"""Calling things off: the wish is written down at once, and a chore carries it to the engine, from every state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.adapters.replicate.errors import JobVanished, Refused
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.services import progress, strays, vanished
from portrait_app.services.pace import Call, turn
from portrait_app.services.settling import Unsettled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.generation import Generation
    from portrait_app.domain.order import Order
    from portrait_app.domain.report import JobReport
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Desk, Work

STOPPING = "Stopping"


async def cancel_training(work: Work, training_id: UUID) -> Training:
    """Call a training off. One that ends first stays as it ended; one that was never sent never will be.

    Raises:
        NotFound: there is no such training of this person.
    """

    async def under_way() -> list[Order]:
        return [order for order in await work.orders.unfinished_of(training_id) if order.kind is OrderKind.TRAINING]

    is_asked = await _ask_each(work, under_way)
    training = await work.trainings.get(training_id, lock=True)
    if is_asked and not training.status.is_final:
        training.phase = STOPPING
        await work.tell("training", training.id)
    return training


async def cancel_portraits(work: Work, generation_id: UUID) -> Generation:
    """Call an order of portraits off. Those that are made already are kept.

    Raises:
        NotFound: there is no such order of this person.
    """
    generation = await work.generations.get(generation_id)

    async def last() -> list[Order]:
        order = await work.orders.last_of(generation_id)
        return [] if order is None else [order]

    await _ask_each(work, last)
    if not generation.status.is_final:
        for order in await last():  # its job may have ended: what gets lost on its way to us is not ordered again
            order.cancel_asked_at = order.cancel_asked_at or now()
    await work.tell("generation", generation.id)
    return generation


async def cancel_coming(work: Work) -> None:
    """Call off all of the person's portraits that are on their way."""
    # By face model, as whoever empties the Trash meanwhile does.
    for generation in sorted(await work.generations.unfinished(), key=lambda each: each.training_id):
        await cancel_portraits(work, generation.id)


async def call_off(desk: Desk, gateway: Gateway, owner_id: UUID, order_id: UUID) -> None:
    """Carry the wish to the engine, or end an order that it never got. A job that nobody waits for is ended as well.

    Raises:
        Unsettled: it must first be found out whether the engine has it. EngineError: it could not be asked now.
        NotYetGone: nobody waits for it, and it goes on.
    """
    async with desk.for_service(owner_id) as work:
        order = await work.orders.find(order_id, lock=True)
        if order is None or (order.stray_since if order.status.is_final else order.cancel_asked_at) is None:
            return
        if order.status is OrderStatus.RECORDED:
            await progress.end(work, order_id, OrderStatus.CANCELED, trouble=progress.CALLED_OFF, detail="never sent")
            return
    if order.status.is_final:
        await strays.see_off(desk, gateway, order)
        return
    if order.job_id is None:
        raise Unsettled(f"order {order.id}")
    await _cancel(desk, gateway, order, order.job_id)


async def _cancel(desk: Desk, gateway: Gateway, order: Order, job_id: str) -> None:
    try:
        report = await _called_off(desk, gateway, order, job_id)
    except JobVanished as error:
        if not await vanished.is_gone(desk, gateway, order):
            raise
        async with desk.for_service(order.owner_id) as work:
            trouble, detail = progress.CALLED_OFF, str(error)
            await progress.end(work, order.id, OrderStatus.CANCELED, trouble=trouble, detail=detail, may_go_on=True)
        return
    async with desk.for_service(order.owner_id) as work:
        await progress.hear(work, order.id, report)


async def _called_off(desk: Desk, gateway: Gateway, order: Order, job_id: str) -> JobReport:
    try:
        async with turn(desk, Call.ASK):
            return await gateway.cancel(order.kind, job_id)
    except Refused:  # as some servers do when it has ended: then that is how it ended
        async with turn(desk, Call.ASK):
            report = await gateway.look_at(order.kind, job_id)
        if not report.status.is_final:
            raise
        return report


async def _ask_each(work: Work, find: Callable[[], Awaitable[list[Order]]]) -> bool:
    """Write the wish down at these orders, and at what took their place before we held them; whether it is new."""
    asked: set[UUID] = set()
    is_new = False
    while orders := [order for order in await find() if order.id not in asked]:
        for order in orders:
            is_new |= await _ask(work, order)
            asked.add(order.id)
    return is_new


async def _ask(work: Work, order: Order) -> bool:
    """Write the wish down; False when it comes too late, or a second time."""
    order = await work.orders.get(order.id, lock=True)
    if order.status.is_final or order.cancel_asked_at is not None:
        return False
    order.cancel_asked_at = now()
    work.later(Chore.CALL_OFF, order.id)
    return True
