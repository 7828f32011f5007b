"""Who is looking: a person with an open tab has their jobs asked about more often, whichever process has the tab."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from portrait_app.domain.clock import now
from portrait_app.domain.order import Watcher

if TYPE_CHECKING:
    from portrait_app.services.work import Work

SAY_AGAIN_S = 20.0
BELIEVED_FOR = timedelta(seconds=2.5 * SAY_AGAIN_S)  # one word may be late or lost


async def watch(work: Work) -> None:
    """Note that the person has a tab open; to be said again every `SAY_AGAIN_S` while it is."""
    until = now() + BELIEVED_FOR
    statement = insert(Watcher).values(owner_id=work.owner_id, until=until)
    again = statement.on_conflict_do_update(index_elements=[col(Watcher.owner_id)], set_={"until": until})
    await work.session.execute(again)
