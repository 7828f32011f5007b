"""What entries of the catalogue share: what they are for, what marks a job of theirs, and the numbers they take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Kind(StrEnum):
    """What a model is for."""

    TRAINER = "trainer"
    PORTRAITS = "portraits"
    VIDEO = "video"


class Mark(StrEnum):
    """What in the input of a job is ours alone, so that one whose reply was lost is found in the engine's list."""

    SEED = "the seed"
    FILE = "the address of the file that was uploaded for it"


@dataclass(frozen=True)
class Number:
    """A number that a model takes: its limits, both included, and what it is when it isn't told (None: not known)."""

    least: float
    most: float
    untold: float | None = None


def see_that_it_fits(key: str, numbers: Mapping[str, Number], samples: Iterable[Mapping[str, Any]]) -> None:
    """See that nothing that would ever be sent lies outside of the model's limits.

    Raises: ValueError: which input of which entry does.
    """
    for given in samples:
        for name, number in numbers.items():
            if name in given and not number.least <= given[name] <= number.most:
                raise ValueError(f"{key}: {name} is {given[name]}, of {number.least} to {number.most}")
