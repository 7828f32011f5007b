"""What is remembered while a browser is away, at its authenticator or at a provider: left once, taken once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy.ext.asyncio import AsyncSession

_LEAVE = text("SELECT app.leave_errand(:hash, CAST(:note AS jsonb), :lifetime)")
_TAKE = text("SELECT kept, is_in_time FROM app.take_errand(:hash)")


async def leave(session: AsyncSession, key_hash: bytes, kept: dict[str, Any], lifetime: timedelta) -> None:
    """Keep it until it is taken or its time is over."""
    await session.execute(_LEAVE, {"hash": key_hash, "note": json.dumps(kept), "lifetime": lifetime})


async def take(session: AsyncSession, key_hash: bytes) -> dict[str, Any] | None:
    """Return what was left, and forget it; None when there is nothing, or nothing any more."""
    found = (await session.execute(_TAKE, {"hash": key_hash})).first()
    return found.kept if found and found.is_in_time else None
