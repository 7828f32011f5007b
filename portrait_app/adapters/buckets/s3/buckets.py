"""Everybody's objects in one bucket of the store; each verb is done with the credential of the person it is for."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from portrait_app.adapters.buckets.errors import ObjectTooLarge, StoreRefused
from portrait_app.adapters.buckets.keys import EVERYBODY, checked, folder_of, is_key, owned, owner_of
from portrait_app.adapters.buckets.links import Elsewhere, LinkSigner, OwnLinks
from portrait_app.adapters.buckets.s3.links import Addresses
from portrait_app.adapters.buckets.s3.passes import Passes
from portrait_app.adapters.buckets.s3.store import Store, said_in_our_words
from portrait_app.adapters.buckets.s3.upload import Upload
from portrait_app.adapters.buckets.types import type_of
from portrait_app.domain.clock import now
from portrait_app.errors import NotFound
from portrait_app.ports.bucket import Stored

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence

    from portrait_app.adapters.buckets.links import Link
    from portrait_app.adapters.buckets.s3.passes import Pass
    from portrait_app.settings_of_bucket import StoreSettings

NOBODY = UUID(int=0)  # whose folder is tried to know whether the store takes an object
ARCHIVE = ".zip"  # so large that it may break off on its way, and go on half an hour later
ABANDONED_AFTER = timedelta(hours=1)
_AT_ONCE = 1000  # the most that the store lists or deletes by one call


class S3Buckets:
    """`ports.bucket.Buckets` in a store. Its own key does nothing but ask for credentials.

    Args:
        settings: the store's.
        signing_keys: by id, the one that signs first (see `LinkSigner`).
        clock: what time it is.
    """

    def __init__(
        self, settings: StoreSettings, signing_keys: Mapping[str, bytes], *, clock: Callable[[], datetime] = now
    ) -> None:
        self.signer = LinkSigner(signing_keys, "/media")
        self.store = Store(settings)
        self.passes = Passes(self.store, clock=clock)
        self._clock = clock

    def of(self, owner_id: UUID) -> S3Bucket:
        """Return one person's bucket; see the port."""
        return S3Bucket(self.store, self.passes, self.signer, owner_id)

    async def elsewhere(self, link: Link, method: str) -> Elsewhere:
        """Return where a verified link leads; see `ServedElsewhere`. The credential is its owner's."""
        until = datetime.fromtimestamp(link.expires_at, UTC) if link.key.endswith(ARCHIVE) else None
        addresses = await self.addresses(owner_of(link.key), until=until)
        return Elsewhere(addresses.of(link.key, method=method, download_as=link.download_as), addresses.stands_for_s)

    async def addresses(self, owner_id: UUID, *, until: datetime | None = None) -> Addresses:
        """Return what makes addresses at the store of one person's objects; good for the request that asks."""
        return Addresses(self.store.settings, await self.passes.of(owner_id), owner_id, self._clock(), until=until)

    async def page(self, *, after: str = "", most: int) -> Sequence[Stored]:
        """Return the first objects after a key; see the port."""
        client = await self._caretaker()
        return await self.store.do(lambda: _listed(client(), self.store.settings.bucket, EVERYBODY, after, most))

    async def discard_unfinished(self) -> None:
        """Throw away what killed processes began; see the port."""
        client = await self._caretaker()
        before = self._clock() - ABANDONED_AFTER
        await self.store.do(lambda: _discard(client(), self.store.settings.bucket, before))

    async def check(self) -> None:
        """Put and forget an object, to know that the store gives credentials and takes objects."""
        bucket, key = self.of(NOBODY), f"{folder_of(NOBODY)}health"
        await bucket.put_bytes(key, b"here")
        await bucket.delete(key)

    async def _caretaker(self) -> Callable[[], Any]:
        holder = await self.passes.caretakers()
        return lambda: self.store.client(holder)


class S3Bucket:
    """`ports.bucket.Bucket`: what the store opens to one person's credential. Our own look at the key comes first."""

    def __init__(self, store: Store, passes: Passes, signer: LinkSigner, owner_id: UUID) -> None:
        self._store = store
        self._passes = passes
        self._signer = signer
        self._owner_id = owner_id
        self._name = store.settings.bucket

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, max_bytes: int) -> int:
        """Keep an object whole or not at all; see the port. Called off at the very end, what lay there is gone too."""
        received = 0
        async with self._upload(key) as upload:
            async for chunk in chunks:
                received += len(chunk)
                if received > max_bytes:
                    raise ObjectTooLarge(key, max_bytes)
                await self._store.do(partial(upload.write, chunk))
            await self._store.do(upload.finish)
        return received

    async def put_bytes(self, key: str, data: bytes) -> None:
        """Keep an object that is already in memory."""
        await self._call(key, lambda client, place: client.put_object(**place, Body=data, ContentType=type_of(key)))

    async def get(self, key: str) -> bytes:
        """Return an object's bytes; see the port."""
        try:
            return await self._call(key, lambda client, place: client.get_object(**place)["Body"].read())
        except StoreRefused:
            # A store may not say that something is missing to whoever may list only a part of it, as AWS doesn't.
            if not any(stored.key == key for stored in await self._listed(key, "", 1)):
                raise NotFound(key) from None
            raise

    async def delete(self, *keys: str) -> None:
        """Forget objects; see the port."""
        wanted = [owned(key, self._owner_id) for key in keys]
        holder = await self._passes.of(self._owner_id)
        for first in range(0, len(wanted), _AT_ONCE):
            some = wanted[first : first + _AT_ONCE]
            await self._store.do(lambda names=some: _delete(self._store.client(holder), self._name, names))

    async def page(self, *, after: str = "", most: int) -> Sequence[Stored]:
        """Return the person's first objects after a key; see the port."""
        return await self._listed(folder_of(self._owner_id), after, most)

    async def links(self, turn: str = "") -> OwnLinks:
        """Return what makes links; see the port."""
        return OwnLinks(self._signer, self._owner_id, turn)

    @asynccontextmanager
    async def _upload(self, key: str) -> AsyncGenerator[Upload]:
        """An upload that leaves nothing behind of what was not finished."""
        holder = await self._for(key)
        upload = Upload(lambda: self._store.client(holder), self._name, key)
        try:
            yield upload
        except BaseException:
            await asyncio.shield(self._store.do(upload.discard))  # the thread ends it even if we may not wait for it
            raise
        upload.close()

    async def _call(self, key: str, verb: Callable[[Any, dict[str, str]], Any]) -> Any:
        holder = await self._for(key)

        def call() -> Any:
            with said_in_our_words(key):
                return verb(self._store.client(holder), {"Bucket": self._name, "Key": key})

        return await self._store.do(call)

    async def _for(self, key: str) -> Pass:
        owned(key, self._owner_id)
        return await self._passes.of(self._owner_id)

    async def _listed(self, prefix: str, after: str, most: int) -> list[Stored]:
        holder = await self._passes.of(self._owner_id)
        return await self._store.do(lambda: _listed(self._store.client(holder), self._name, prefix, after, most))


def _listed(client: Any, bucket: str, prefix: str, after: str, most: int) -> list[Stored]:
    found: list[Stored] = []
    while len(found) < most:
        with said_in_our_words(prefix):
            at_most = min(most - len(found), _AT_ONCE)
            reply = client.list_objects_v2(Bucket=bucket, Prefix=prefix, StartAfter=after, MaxKeys=at_most)
        objects = reply.get("Contents", [])
        found += [Stored(each["Key"], each["LastModified"].astimezone(UTC)) for each in objects if is_key(each["Key"])]
        if not objects or not reply["IsTruncated"]:
            break
        after = objects[-1]["Key"]
    return found


def _delete(client: Any, bucket: str, keys: list[str]) -> None:
    with said_in_our_words(keys[0]):
        reply = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True})
    for failed in reply.get("Errors", []):
        raise StoreRefused(f"{failed.get('Code')} at DeleteObjects {failed.get('Key')}")


def _discard(client: Any, bucket: str, before: datetime) -> None:
    """Abort what was begun before a moment and neither finished nor aborted."""
    with said_in_our_words():
        for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=EVERYBODY):
            for begun in page.get("Uploads", []):
                if begun["Initiated"] < before:
                    place = {"Bucket": bucket, "Key": checked(begun["Key"]), "UploadId": begun["UploadId"]}
                    client.abort_multipart_upload(**place)
