"""What the engine may still have of a face model, by the names that it has there; nothing of the person is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.services.work import Work

IN_DOUBT = "doubtful job: nobody knows its name"


async def left_there(work: Work, training_id: UUID) -> list[str]:
    """Name what the engine may still have of a face model, as far as it has not confirmed that it is gone.

    Each is a word and a name at the engine, and whose account has it, as `farewells` reads them: nothing of the person
    is in it.
    """
    training = await work.trainings.find(training_id)  # its line may have gone just now
    if training is None:
        return []
    given_up = await work.orders.given_up_of(training_id)
    if training.removed_at is not None:  # all but what turned up since then
        given_up = [order for order in given_up if order.is_open]
    made = {version for version in (training.version, *(order.version for order in given_up)) if version}
    files = [at_account(order.file_id, order) for order in await work.orders.untidy_of(training_id) if order.file_id]
    jobs = [at_account(order.job_id, order) for order in given_up if order.job_id]
    doubts = sum(order.job_id is None for order in given_up)
    named = [*(f"version {each}" for each in sorted(made)), *(f"file {each}" for each in files)]
    return [*named, *(f"job {each}" for each in jobs), *[IN_DOUBT] * doubts]


async def has_nameless(work: Work, training_id: UUID) -> bool:
    """Whether the engine may have something of a face model that can't be named yet, and will be, or be gone.

    Orders under way end by the studio's own rounds, also one whose reply was lost. Photos that nobody wrote down as
    what they were uploaded are found in the engine's list, or gone a day after that (`tidying.ENGINE_KEEPS`).
    """
    is_busy = bool(await work.orders.unfinished_of(training_id))
    return is_busy or any(order.file_id is None for order in await work.orders.untidy_of(training_id))


def at_account(name: str, order: Order) -> str:
    """Name something at the engine with whose account has it, where that was written down."""
    return f"{name} at {order.account}" if order.account else name
