"""Who waits to be let in where there is no mail server, and the operator's word for or against it (decision 9)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from portrait_app.database.accounts import forget_who_waits
from portrait_app.database.address import Role
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.database.accounts import Waiting
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

WAITS_AT_MOST = timedelta(days=14)
MOST_SHOWN = 50  # whoever comes after them is counted, and shown as soon as one of them is let in or turned away


class NobodyWaits(PortraitError):
    """Nobody of this id waits, or the asker isn't the operator: which of the two isn't said."""

    headline = "Nobody waits there any more"
    hint = "They were let in or turned away meanwhile, or had waited too long. Nothing was changed."


async def who_waits(work: Work) -> Sequence[Waiting]:
    """Return who waits to be let in, to the operator; nobody to others."""
    return await work.accounts.waiting(MOST_SHOWN)


async def let_in(work: Work, account_id: UUID) -> None:
    """Let somebody sign in from now on. It says nothing of whose their address is: it stays unconfirmed.

    Raises:
        NobodyWaits: or not for the asker to let in; nothing was changed.
    """
    if not await work.accounts.let_in(account_id):
        raise NobodyWaits("let in")
    await work.tell("account", work.owner_id)


async def turn_away(work: Work, account_id: UUID) -> None:
    """Delete the account of somebody who waits, in which nothing can be yet. They may ask again.

    Raises:
        NobodyWaits: or not for the asker to turn away; nothing was changed.
    """
    if not await work.accounts.turn_away(account_id):
        raise NobodyWaits("turn away")
    await work.tell("account", work.owner_id)


async def forget(desk: Desk) -> int:
    """Delete the accounts that nobody has let in, and whose address nobody has confirmed, in time. Return how many."""
    async with desk.for_nobody(Role.SERVICE) as session:
        forgotten = await forget_who_waits(session, WAITS_AT_MOST)
    if forgotten:
        log.info("accounts.forgotten", number=forgotten)
    return forgotten
