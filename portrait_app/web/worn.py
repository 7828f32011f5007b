"""What every page of a tab wears, whichever room it shows: the look, one's own picture, and that one is leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.services import accounts, preferences
from portrait_app.web.squares import Square
from portrait_app.web.staying import StayState, say

if TYPE_CHECKING:
    from datetime import datetime

    from reflex.state import BaseState

    from portrait_app.services.work import Work


@dataclass(frozen=True)
class Worn:
    """What a person wears, read once for all of their tabs.

    `look` is the value of the cookie `look`; `leave_at` is when their account is deleted, while they are leaving.
    """

    look: str
    picture: Square
    leave_at: datetime | None

    @classmethod
    async def by(cls, work: Work) -> Worn:
        """Read it."""
        account = await work.accounts.mine()
        portrait = await preferences.worn(work, account)
        picture = Square.of(await work.links(), portrait) if portrait is not None else Square()
        return cls(accounts.look_cookie(account), picture, account.leave_at)


class WornState(rx.State):
    """What this tab wears, as the studio knows it; empty until a room was entered."""

    look: rx.Field[str] = rx.field("")
    picture: rx.Field[Square] = rx.field(default_factory=Square)


async def put_on(state: rx.State, worn: Worn) -> None:
    """Have the tab of this state wear it; what it wears already is not sent again."""
    known = await state.get_state(WornState)
    if known.look != worn.look:
        known.look = worn.look
    if known.picture != worn.picture:
        known.picture = worn.picture
    say(await state.get_state(StayState), worn.leave_at)


async def take_off(state: BaseState) -> None:
    """Have the tab of this state wear what its page came with, until a room is entered."""
    (await state.get_state(WornState)).look = ""
