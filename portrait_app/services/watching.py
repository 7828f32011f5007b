"""Who is looking: a person with an open tab has their jobs asked about more often, whichever process has the tab."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from portrait_app.domain.clock import now
from portrait_app.domain.order import Watcher

if TYPE_CHECKING:
    from datetime import datetime

    from portrait_app.services.work import Work

SAY_AGAIN_S = 20.0
BELIEVED_FOR = timedelta(seconds=2.5 * SAY_AGAIN_S)  # one word may be late or lost


class StillThere(Exception):
    """Whether anybody looks isn't known yet: a tab that was closed just now is believed in for a while."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"known in {wait_s:.0f} s")
        self.wait_s = wait_s


async def watch(work: Work) -> None:
    """Note that the person has a tab open; to be said again every `SAY_AGAIN_S` while it is."""
    until = now() + BELIEVED_FOR
    statement = insert(Watcher).values(owner_id=work.owner_id, until=until)
    again = statement.on_conflict_do_update(index_elements=[col(Watcher.owner_id)], set_={"until": until})
    await work.session.execute(again)


async def has_looked_since(work: Work, moment: datetime) -> bool:
    """Whether the person had a tab open at this moment or later.

    Raises:
        StillThere: it can't be said yet.
    """
    until = (await work.session.scalars(select(Watcher.until))).first()
    if until is None or until <= moment:
        return False
    if until > moment + BELIEVED_FOR:  # a tab has said so since
        return True
    wait_s = (until - now()).total_seconds()
    if wait_s > 0:
        raise StillThere(wait_s)
    return False
