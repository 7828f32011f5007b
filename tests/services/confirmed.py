"""Somebody who may be written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House


async def somebody_confirmed(house: House, address: Address) -> UUID:
    """Somebody whose address is confirmed, and whose mail about that has been seen to."""
    owner_id = await house.somebody("Ada")
    house.queue.mails.clear()
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.accounts SET verified_at = now()")
    return owner_id
