"""One thing that was looked at, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `next_step` is empty when it is well."""

    subject: str
    said: str
    next_step: str = ""

    def __str__(self) -> str:
        return f"{self.subject:<10} {self.said}"
