"""When the engine's word that it doesn't know a job is believed: a bad minute and another account say so as well."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.domain.clock import as_of_now, now
from portrait_app.services.pace import Call, turn

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.order import Order
    from portrait_app.services.work import Desk

BELIEVED_AFTER = timedelta(minutes=5)  # of nothing else being heard: a job may also be so young that it isn't known yet


async def is_gone(desk: Desk, gateway: Gateway, order: Order) -> bool:
    """Note that the engine says that it doesn't know an order's job; whether it has said so for long enough.

    Raises: EngineError: whose account this is could not be asked now.
    """
    async with desk.for_service(order.owner_id) as work:
        row = await work.orders.get(order.id, lock=True)
        since = row.unknown_since = row.unknown_since or now()
    return now() - as_of_now(since) >= BELIEVED_AFTER and await is_ours(desk, gateway, row.account)


async def is_ours(desk: Desk, gateway: Gateway, account: str | None) -> bool:
    """Whether what belongs to this account would be shown to us: to another one it looks as if it were gone.

    Args: account: None for an order from before that was written down, which is taken for ours.
    Raises: EngineError: it could not be asked now.
    """
    if account is None:
        return True
    async with turn(desk, Call.ASK):
        ours = await gateway.account()
    return account.casefold() == ours.casefold()
