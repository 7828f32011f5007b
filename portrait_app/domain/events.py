"""News for open tabs: what changed, never what it changed to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from portrait_app.domain.happening import Happening

CHANNEL = "news"
Noun = Literal["training", "selfie", "generation", "asset", "account", "export", "consent"]


@dataclass(frozen=True)
class News:
    """One row of one person changed. Ids only: the channel is shared and short, and rows are read anew.

    `happening` is what is said of it in passing, where the person wants to be told.
    """

    owner_id: UUID
    noun: Noun
    id: UUID
    happening: Happening | None = None

    def to_text(self) -> str:
        """Write it as the channel's payload (under 8,000 bytes)."""
        said = [self.happening.value] if self.happening else []
        return json.dumps([str(self.owner_id), self.noun, str(self.id), *said])

    @classmethod
    def from_text(cls, text: str) -> News:
        """Read what `to_text` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            owner, noun, row, *said = json.loads(text)
            if noun not in get_args(Noun):
                raise ValueError("no noun of ours")
            return cls(UUID(owner), noun, UUID(row), Happening(said[0]) if said else None)
        except (TypeError, AttributeError, RecursionError) as error:  # JSON, and another thing than news
            raise ValueError("no news") from error
