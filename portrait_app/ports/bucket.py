"""Where pictures are kept: a folder on one machine, an S3-compatible store on many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True)
class Stored:
    """An object as the store lists it."""

    key: str
    written_at: datetime


class Links(Protocol):
    """Makes addresses of one person's objects, and waits for nothing."""

    def to(self, key: str, *, download_as: str | None = None) -> str:
        """Return an address that opens this object for a short while, for whoever holds it.

        The caller has read the object's row as the person: the row decides who gets a link.

        Raises:
            NotTheirs: the object lies outside this person's folder.
        """
        ...


class Bucket(Protocol):
    """One person's objects by key; a key begins with `u/{owner_id}/` and its ending says its type.

    Whoever this bucket is for, it reaches nobody else's objects: each verb raises `NotTheirs` for a key of another's.
    """

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, max_bytes: int) -> int:
        """Keep an object whole or not at all; return its bytes.

        Raises:
            ObjectTooLarge: more than `max_bytes` came; nothing is kept.
            BucketFull: the store has no room; nothing is kept.
            BucketDown: the store doesn't answer, which any verb may say.
        """
        ...

    async def put_bytes(self, key: str, data: bytes) -> None:
        """Keep an object that is already in memory."""
        ...

    async def get(self, key: str) -> bytes:
        """Return an object's bytes.

        Raises:
            NotFound: there is no such object.
        """
        ...

    async def delete(self, *keys: str) -> None:
        """Forget objects; one that is not there is no error."""
        ...

    async def page(self, *, after: str = "", most: int) -> Sequence[Stored]:
        """Return the person's first objects after the key `after`; see `Buckets.page`."""
        ...

    async def links(self, turn: str = "") -> Links:
        """Return what makes links to the person's objects; good for the event that asks, and no longer.

        Args: turn: stands in each, and says when one was made: those of a former turn can be told from those of this.
        """
        ...


class Buckets(Protocol):
    """Everybody's objects: what is done to them is done in one person's name, by `of`; the rest looks and tidies."""

    def of(self, owner_id: UUID) -> Bucket:
        """Return the bucket of the person that the work is for."""
        ...

    async def page(self, *, after: str = "", most: int) -> Sequence[Stored]:
        """Return the first objects after the key `after`, in an order of the store's own that stays the same.

        The last key of a page is where the next one begins; an empty page is the end. What is put or deleted meanwhile
        may be in a page or not.
        """
        ...

    async def discard_unfinished(self) -> None:
        """Throw away what a killed process began to put an hour ago or earlier: half a photo is still a photo."""
        ...

    async def check(self) -> None:
        """Put and forget an object, to know that the store takes one; raise what stands against it."""
        ...
