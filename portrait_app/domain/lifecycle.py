"""The states a thing passes through, and which moves between them are allowed."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar


class _Status(StrEnum):
    """States in the order in which they follow."""

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow."""
        return self in _FINAL


class OrderStatus(_Status):
    """How far one order to the engine has come."""

    RECORDED = "recorded"  # written down, nothing sent
    SENDING = "sending"  # the call was begun; its reply may have been lost
    STARTING = "starting"  # the engine has it
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"
    LOST = "lost"  # its reply never came, and the engine certainly never took it: another takes its place
    IN_DOUBT = "in_doubt"  # its reply never came, and nobody can say whether the engine took it; never sent again


class TrainingStatus(_Status):
    """How far a face model has come."""

    DRAFT = "draft"
    QUEUED = "queued"
    LEARNING = "learning"
    READY = "ready"
    FAILED = "failed"
    CANCELED = "canceled"
    IN_DOUBT = "in_doubt"  # nobody can say whether the engine took its order, or which face model it made


class GenerationStatus(_Status):
    """How far one order of portraits has come."""

    QUEUED = "queued"
    PAINTING = "painting"
    READY = "ready"
    FAILED = "failed"
    CANCELED = "canceled"
    IN_DOUBT = "in_doubt"  # nobody can say whether the engine took its order


class AssetStatus(_Status):
    """Where one portrait is on its way into our bucket."""

    PENDING = "pending"  # ordered; a placeholder is shown
    FETCHING = "fetching"  # made; we know its address at the engine
    KEPT = "kept"
    LOST = "lost"


Status = TypeVar("Status", OrderStatus, TrainingStatus, GenerationStatus, AssetStatus)

_FINAL: frozenset[StrEnum] = frozenset(
    {
        OrderStatus.DONE,
        OrderStatus.FAILED,
        OrderStatus.CANCELED,
        OrderStatus.LOST,
        OrderStatus.IN_DOUBT,
        TrainingStatus.READY,
        TrainingStatus.FAILED,
        TrainingStatus.CANCELED,
        TrainingStatus.IN_DOUBT,
        GenerationStatus.READY,
        GenerationStatus.FAILED,
        GenerationStatus.CANCELED,
        GenerationStatus.IN_DOUBT,
        AssetStatus.KEPT,
        AssetStatus.LOST,
    }
)


def advance(current: Status, seen: Status) -> Status:
    """Return the state after some news: the one seen if it lies ahead, else the present one.

    News may be late, double or out of order, and that is no error: a state never goes back, and what has ended
    stays as it ended.
    """
    if current in _FINAL:
        return current
    order = list(type(current))
    return seen if order.index(seen) > order.index(current) else current
