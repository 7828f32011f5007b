"""News for open tabs: what changed, never what it changed to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

CHANNEL = "news"
Noun = Literal["training", "selfie", "generation", "asset", "account", "export", "consent"]


@dataclass(frozen=True)
class News:
    """One row of one person changed. Ids only: the channel is shared and short, and rows are read anew."""

    owner_id: UUID
    noun: Noun
    id: UUID

    def to_text(self) -> str:
        """Write it as the channel's payload (under 8,000 bytes)."""
        return json.dumps([str(self.owner_id), self.noun, str(self.id)])

    @classmethod
    def from_text(cls, text: str) -> News:
        """Read what `to_text` wrote."""
        owner, noun, row = json.loads(text)
        return cls(UUID(owner), noun, UUID(row))
