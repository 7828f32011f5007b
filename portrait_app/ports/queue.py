"""Where put-off work is written down for a worker to find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.chores import Chore


class Queue(Protocol):
    """Takes chores; one that waits or is being done already is not written down twice."""

    async def put_off(self, chore: Chore, owner_id: UUID, row_id: UUID) -> None:
        """Write a chore down. The row it is about is committed already."""
        ...

    async def forget(self, owner_id: UUID) -> None:
        """Forget every chore of a person who has left; one that is being done goes by itself when it ends."""
        ...
