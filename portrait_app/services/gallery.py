"""Looking through the portraits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.domain.generation import Asset
    from portrait_app.services.work import Work

PAGE = 30
MOST_AGAIN = 240


@dataclass(frozen=True)
class Filters:
    """What the gallery is narrowed to: one face model, one style, both or neither."""

    training_id: UUID | None = None
    style: str | None = None

    def fits(self, asset: Asset) -> bool:
        """Whether a portrait is among those asked for."""
        return self.training_id in (None, asset.training_id) and self.style in (None, asset.style)


@dataclass(frozen=True)
class Page:
    """Portraits, newest first. `before` is where the next page begins; None when this was the last."""

    portraits: Sequence[Asset]
    before: UUID | None


async def page(work: Work, *, before: UUID | None = None, filters: Filters | None = None, limit: int = PAGE) -> Page:
    """Return the page that begins after `before`, or the newest one."""
    narrowed = filters or Filters()
    found = await work.assets.page(
        before=before, training_id=narrowed.training_id, style=narrowed.style, limit=limit + 1
    )
    shown = found[:limit]
    return Page(shown, shown[-1].id if len(found) > limit else None)


async def page_down_to(work: Work, oldest: UUID, *, filters: Filters | None = None) -> Page:
    """Return everything from the newest portrait down to `oldest` and to the end of its page, within reason."""
    reach = await work.assets.count_since(oldest)
    limit = min(-(-max(reach, 1) // PAGE) * PAGE, MOST_AGAIN)
    return await page(work, filters=filters, limit=limit)
