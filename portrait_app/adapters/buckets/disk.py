"""Buckets as a folder: objects are files that only we can read, opened to others by signed links alone."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import stat
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from portrait_app.adapters.buckets.errors import BadKey, ObjectTooLarge
from portrait_app.adapters.buckets.keys import EVERYBODY, checked, folder_of, owned
from portrait_app.adapters.buckets.links import LinkSigner, OwnLinks
from portrait_app.adapters.buckets.listing import objects
from portrait_app.adapters.buckets.upload import Upload, discard_abandoned
from portrait_app.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Mapping, Sequence
    from pathlib import Path

    from portrait_app.adapters.buckets.links import Link
    from portrait_app.ports.bucket import Stored

_UNFINISHED = ".unfinished"
_NOBODY = UUID(int=0)  # whose folder is tried to know whether the disk takes an object


class DiskBuckets:
    """`ports.bucket.Buckets` over a folder.

    Args:
        folder: where objects lie; made when first needed.
        signing_keys: by id, the one that signs first (see `LinkSigner`).
        base: what links begin with; a route there serves what `path_for` returns.
    """

    def __init__(self, folder: Path, signing_keys: Mapping[str, bytes], base: str = "/media") -> None:
        self.folder = folder.resolve()
        self.signer = LinkSigner(signing_keys, base)

    def of(self, owner_id: UUID) -> DiskBucket:
        """Return one person's bucket; see the port."""
        return DiskBucket(self.folder, self.signer, owner_id)

    async def page(self, *, after: str = "", most: int) -> Sequence[Stored]:
        """Return the first objects after a key; see the port."""
        return await asyncio.to_thread(lambda: list(islice(objects(self.folder, EVERYBODY, after), most)))

    async def discard_unfinished(self) -> None:
        """Throw away what killed processes began, and folders in which nothing lies; see the port."""
        await asyncio.to_thread(discard_abandoned, self.folder / _UNFINISHED)
        await asyncio.to_thread(self._forget_folders)

    def _forget_folders(self) -> None:
        theirs = self.folder / EVERYBODY
        for folder in (*theirs.glob("*/*/"), *theirs.glob("*/")):
            _forget_folder(self.folder, folder)

    async def check(self) -> None:
        """Write and forget an object, to know that the disk takes one."""
        bucket = self.of(_NOBODY)
        key = f"{folder_of(_NOBODY)}health"
        await bucket.put_bytes(key, b"here")
        await bucket.delete(key)

    def path_for(self, link: Link) -> tuple[Path, os.stat_result]:
        """Return the file that a verified link opens, and its state. It asks the disk: call it in a thread.

        Raises: NotFound: there is no such object (a symlink is none).
        """
        path = _place(self.folder, checked(link.key))
        with _missing_is_not_found(link.key):
            state = path.lstat()
        if not stat.S_ISREG(state.st_mode):
            raise NotFound(f"{link.key} is no plain file")
        return path, state


class DiskBucket:
    """`ports.bucket.Bucket`: the part of the folder that is one person's."""

    def __init__(self, folder: Path, signer: LinkSigner, owner_id: UUID) -> None:
        self._folder = folder
        self._signer = signer
        self._owner_id = owner_id

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, max_bytes: int) -> int:
        """Keep an object whole or not at all; see the port."""
        upload = await self._begun(key)
        received = 0
        with upload:
            async for chunk in chunks:
                received += len(chunk)
                if received > max_bytes:
                    raise ObjectTooLarge(key, max_bytes)
                await asyncio.to_thread(upload.write, chunk)
            await asyncio.to_thread(upload.finish)
        return received

    async def put_bytes(self, key: str, data: bytes) -> None:
        """Keep an object that is already in memory."""
        await asyncio.to_thread(self._write, key, data)

    async def get(self, key: str) -> bytes:
        """Return an object's bytes; see the port."""
        return await asyncio.to_thread(self._read, key)

    async def delete(self, *keys: str) -> None:
        """Forget objects; see the port."""
        await asyncio.to_thread(self._delete, keys)

    async def page(self, *, after: str = "", most: int) -> Sequence[Stored]:
        """Return the person's first objects after a key; see the port."""
        theirs = folder_of(self._owner_id)
        return await asyncio.to_thread(lambda: list(islice(objects(self._folder, theirs, after), most)))

    async def links(self, turn: str = "") -> OwnLinks:
        """Return what makes links; see the port."""
        return OwnLinks(self._signer, self._owner_id, turn)

    async def _begun(self, key: str) -> Upload:
        beginning = asyncio.ensure_future(asyncio.to_thread(self._begin, key))
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:  # the thread goes on all the same: what it makes is taken away again
            with await beginning:
                raise

    def _begin(self, key: str) -> Upload:
        return Upload(self._place(key), self._folder / _UNFINISHED)

    def _write(self, key: str, data: bytes) -> None:
        with self._begin(key) as upload:
            upload.write(data)
            upload.finish()

    def _read(self, key: str) -> bytes:
        flags = os.O_RDONLY | os.O_NOFOLLOW
        with _missing_is_not_found(key), os.fdopen(os.open(self._place(key), flags), "rb") as file:
            return file.read()

    def _delete(self, keys: tuple[str, ...]) -> None:
        paths = [self._place(key) for key in keys]
        for path in paths:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in paths}:
            _forget_folder(self._folder, folder)

    def _place(self, key: str) -> Path:
        return _place(self._folder, owned(key, self._owner_id))


def _place(folder: Path, key: str) -> Path:
    """Where the object of this key lies.

    Raises: BadKey: a symlink on the way leads elsewhere.
    """
    path = folder / key
    if path.parent.resolve() != path.parent:
        raise BadKey(f"a symlink lies on the way to {key}")
    return path


def _forget_folder(root: Path, folder: Path) -> None:
    """Take away a person's folder in which nothing lies, and then the one that is named after them."""
    with contextlib.suppress(OSError):  # something lies there, or somebody else has just done it
        while folder.parent != root:
            folder.rmdir()
            folder = folder.parent


@contextlib.contextmanager
def _missing_is_not_found(key: str) -> Generator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFound(key) from error
    except OSError as error:
        if error.errno == errno.ELOOP:  # O_NOFOLLOW met a symlink
            raise NotFound(f"{key} is a symlink") from error
        raise
