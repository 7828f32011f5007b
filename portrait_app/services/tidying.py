"""Having the photos that were handed to the engine deleted there, once the training that reads them has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.domain.clock import as_of_now, now
from portrait_app.services import vanished
from portrait_app.services.again import may_be_taken_back
from portrait_app.services.pace import Call, turns
from portrait_app.services.strays import DEADLINE
from portrait_app.services.versions import NotYetGone

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.order import Order
    from portrait_app.services.work import Desk, Work

UPLOAD_LASTS = timedelta(minutes=5)  # what was being uploaded when its worker died is there by then, if ever
ENGINE_KEEPS = timedelta(days=1)  # an uploaded file, whatever we do


async def tidy(desk: Desk, gateway: Gateway, owner_id: UUID, order_id: UUID) -> None:
    """Delete the uploaded photos of an order that has ended. May be done twice.

    Raises:
        NotYetGone: its job may still read them, or they are not there yet, or are another account's.
        EngineError: it could not be asked now.
    """
    async with desk.for_service(owner_id) as work:
        order = await work.orders.get(order_id)
        if order.ended_at is None or not order.may_have_upload:  # its job turned up after all, and reads them
            return
        is_needed = await _are_needed(work, order)
    ago = now() - order.ended_at
    if is_needed:
        raise NotYetGone("a job that may go on reads them", ago)
    if ago < ENGINE_KEEPS:
        await _delete(desk, gateway, order, ago)
    async with desk.for_service(owner_id) as work:
        row = await work.orders.get(order_id, lock=True)
        row.file_id = row.uploading_since = None


async def _are_needed(work: Work, order: Order) -> bool:
    """Whether its job may be under way and still make what is wanted."""
    is_in_time = now() < as_of_now(order.sent_at or order.created_at) + DEADLINE[order.kind]
    return is_in_time and order.stray_since is not None and await may_be_taken_back(work, order)


async def _delete(desk: Desk, gateway: Gateway, order: Order, ago: timedelta) -> None:
    if not await vanished.is_ours(desk, gateway, order.account):
        raise NotYetGone(f"they are with the account {order.account}", ago)
    # Whoever uploaded them may have been killed before it could write down as what; and of two that did, or of one that
    # got no reply the first time, there may be two.
    found, is_whole = await gateway.jobs.find_files(name_of(order), turn=turns(desk, Call.ASK))
    files = {file.id for file in found}
    if order.file_id is not None:
        files.add(order.file_id)
    for file_id in files:
        await gateway.delete_file(file_id)
    if not files and order.uploading_since is not None and now() - order.uploading_since < UPLOAD_LASTS:
        raise NotYetGone("they may be on their way there", ago)
    if not is_whole:
        raise NotYetGone("the list of files was not read whole", ago)


def name_of(order: Order) -> str:
    """Name the file that an order's photos are handed over in."""
    return f"{order.id}.zip"
