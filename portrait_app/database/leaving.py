"""Queries of somebody's end here: the one way in which an account is deleted, and what is left to do afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from portrait_app.domain.chores import Chore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class Farewell(NamedTuple):
    """What is left to do after somebody has gone: a receipt, until it is sent, and names that the engine still has."""

    created_at: datetime
    address: str | None
    still_there: list[str]


async def part(session: AsyncSession, still_there: Sequence[str]) -> UUID | None:
    """Delete the account that this work is for, and all that hangs on it; return the farewell.

    The operator's house is handed on to who has been in it longest: without one, a stranger would be asked in.
    None, and nothing is deleted, when its time has not come.
    """
    given = {"still": json.dumps(list(still_there))}
    farewell_id: UUID | None = await session.scalar(text("SELECT app.part(CAST(:still AS jsonb))"), given)
    await session.execute(text("SELECT app.hand_on_house()"))
    return farewell_id


async def farewell(session: AsyncSession, farewell_id: UUID) -> Farewell | None:
    """Return what is left to do."""
    found = (await session.execute(text("SELECT * FROM app.farewell(:id)"), {"id": farewell_id})).first()
    return Farewell(found[0], found[1], list(found[2])) if found else None


async def note(session: AsyncSession, farewell_id: UUID, still_there: Sequence[str], *, is_said: bool) -> None:
    """Note what the engine still has; once the receipt is sent, forget the address, and with nothing left, it all."""
    given = {"id": farewell_id, "still": json.dumps(list(still_there)), "said": is_said}
    await session.execute(text("SELECT app.note_farewell(:id, CAST(:still AS jsonb), :said)"), given)


async def forgotten_leavers(session: AsyncSession, older_than: timedelta, most: int) -> list[tuple[Chore, UUID]]:
    """Return whose time has come, and farewells that nobody seems to see to."""
    asked = {"older_than": older_than, "most": most}
    found = await session.execute(text("SELECT chore, id FROM app.forgotten_leavers(:older_than, :most)"), asked)
    return [(Chore(chore), row_id) for chore, row_id in found]


async def forget_tries(session: AsyncSession, keys: Sequence[bytes]) -> None:
    """Forget what was counted under these keys."""
    await session.execute(text("SELECT app.forget_tries(:keys)"), {"keys": list(keys)})
