"""Whether the store's own wall between people stands: it is tried, by two who are nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from portrait_app.adapters.buckets.errors import StoreRefused
from portrait_app.adapters.buckets.keys import folder_of
from portrait_app.adapters.buckets.s3.buckets import NOBODY
from portrait_app.adapters.buckets.s3.store import said_in_our_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from portrait_app.adapters.buckets.s3.buckets import S3Buckets

ONCE_MORE = "taking on the role once more, without a policy"
_ANOTHER = UUID(int=1)


async def holes(buckets: S3Buckets) -> list[str]:
    """Try what one nobody's credential does to another's object. Return what the store let through: nothing, if well.

    Raises: BucketDown, StoreRefused, BucketFull: it can't be tried.
    """
    key, bucket = f"{folder_of(_ANOTHER)}wall", buckets.store.settings.bucket
    await buckets.of(_ANOTHER).put_bytes(key, b"theirs")
    holder = await buckets.passes.of(NOBODY)
    client = buckets.store.client(holder)
    place = {"Bucket": bucket, "Key": key}
    attempts: dict[str, Callable[[], Any]] = {
        "reading": lambda: client.get_object(**place),
        "replacing": lambda: client.put_object(**place, Body=b"evil"),
        "listing": lambda: client.list_objects_v2(Bucket=bucket, Prefix=folder_of(_ANOTHER)),
        "deleting": lambda: client.delete_object(**place),
        ONCE_MORE: lambda: buckets.store.pass_desk_of(holder).assume_role(
            RoleArn=buckets.store.settings.role, RoleSessionName="once-more"
        ),
    }
    try:
        return [name for name, attempt in attempts.items() if await buckets.store.do(lambda: _is_let(attempt))]  # noqa: B023 -- awaited before the next
    finally:
        await buckets.of(_ANOTHER).delete(key)


def _is_let(attempt: Callable[[], Any]) -> bool:
    try:
        with said_in_our_words():
            attempt()
    except StoreRefused:
        return False
    return True
