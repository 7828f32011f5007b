"""Having a face model deleted at the engine, and asking until it is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.adapters.replicate.errors import Refused
from portrait_app.services.pace import Call, turn

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.services.work import Desk

SOONEST, LATEST = timedelta(seconds=2), timedelta(hours=1)


class NotYetGone(Exception):
    """The engine still has something that it is to be rid of; ask again after `wait_s`."""

    def __init__(self, why: str, asked_ago: timedelta) -> None:
        super().__init__(why)
        # A quarter of the time that has passed: every few seconds at first, every hour after some hours, for ever.
        self.wait_s = min(max(asked_ago / 4, SOONEST), LATEST).total_seconds()


async def delete(desk: Desk, gateway: Gateway, version: str, asked_ago: timedelta) -> None:
    """Have a version deleted, and return once the engine no longer shows it.

    Raises: NotYetGone; Refused: it won't. EngineError: it could not be asked now.
    """
    if await is_gone(desk, gateway, version):
        return
    async with turn(desk, Call.ASK):
        await gateway.delete_version(version)
    if not await is_gone(desk, gateway, version):
        raise NotYetGone("accepted, and not done yet", asked_ago)


async def is_gone(desk: Desk, gateway: Gateway, version: str) -> bool:
    """Whether the engine no longer shows a version. Raises: Refused: it is not for this account to say. EngineError."""
    async with turn(desk, Call.ASK):
        if not await gateway.is_version_gone(version):
            return False
    # To another account a private model looks as if it were gone: then it is not for this one to say.
    async with turn(desk, Call.ASK):
        account = await gateway.account()
    owner = version.partition("/")[0]
    if account.casefold() != owner.casefold():
        raise Refused(f"{version} belongs to {owner}, and we are signed in as {account}")
    return True
