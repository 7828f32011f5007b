"""Whether the store for pictures answers, holds people apart by itself, and opens links to browsers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from portrait_app.adapters.buckets.errors import BucketFull, StoreRefused
from portrait_app.adapters.buckets.keys import folder_of
from portrait_app.adapters.buckets.s3 import S3Buckets
from portrait_app.adapters.buckets.s3.buckets import NOBODY
from portrait_app.adapters.buckets.s3.probe import ONCE_MORE, holes
from portrait_app.doctor.finding import Finding
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from portrait_app.settings import Settings
    from portrait_app.settings_of_bucket import StoreSettings

PATIENCE_S = 5.0
_SUBJECT = "Store"
_ROLE = (
    "let S3_ACCESS_KEY_ID take on S3_ROLE_ARN (sts:AssumeRole), and that role use the bucket; "
    "docs/decisions/0013-*.md has both policies"
)
_WALL = "use a store that holds to session policies (AWS, MinIO, Ceph, SeaweedFS); put no pictures into this one"
_TRUST = "have the role of S3_ROLE_ARN trust the user of S3_ACCESS_KEY_ID and nobody else; docs/decisions/0013-*.md"


def look(settings: Settings) -> list[Finding]:
    """Put, read and delete an object of nobody's there, as the studio does for people."""
    return asyncio.run(_look(settings, settings.store)) if settings.store else []


async def _look(settings: Settings, store: StoreSettings) -> list[Finding]:
    buckets = S3Buckets(store, {"1": settings.key_for("media links")})
    try:
        await buckets.check()
        await buckets.page(most=1)
        let_through = await holes(buckets)
        seen = await _by_link(buckets, settings.public_url)
    except PortraitError as error:
        return [Finding(_SUBJECT, str(error), _step(error))]
    if let_through:
        said = f"it lets one person's credential through to another's pictures: {', '.join(let_through)}"
        return [Finding(_SUBJECT, said, _TRUST if let_through == [ONCE_MORE] else _WALL), seen]
    return [Finding(_SUBJECT, "answers, and refuses each person's credential what is another's"), seen]


async def _by_link(buckets: S3Buckets, page: str) -> Finding:
    """Open an address at the store as a browser on our page does that was sent there."""
    key, bucket = f"{folder_of(NOBODY)}link.webp", buckets.of(NOBODY)
    await bucket.put_bytes(key, b"seen")
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as browser:
            address = (await buckets.addresses(NOBODY)).of(key)
            answer = await browser.get(address, headers={"Origin": page})
    except httpx.HTTPError as error:
        said = f"no link opens at {buckets.store.settings.origin}: {type(error).__name__}"
        return Finding("Links", said, "set S3_PUBLIC_ENDPOINT to where browsers reach the store")
    finally:
        await bucket.delete(key)
    if answer.content != b"seen":
        said = f"a link at {buckets.store.settings.origin} is answered {answer.status_code}"
        return Finding(
            "Links", said, "see that S3_PUBLIC_ENDPOINT and S3_REGION are the store's own, and the clocks agree"
        )
    is_shared = answer.headers.get("access-control-allow-origin") in ("*", page)
    sharing = "" if is_shared else f"; sharing from the viewer needs a CORS rule there: GET for {page}"
    return Finding("Links", f"open at {buckets.store.settings.origin}{sharing}")


def _step(error: PortraitError) -> str:
    if isinstance(error, StoreRefused):
        return _ROLE
    if isinstance(error, BucketFull):
        return "make room in the store"
    if "NoSuchBucket" in str(error):
        return "make the bucket that S3_BUCKET names, with no public access"
    return "see that S3_ENDPOINT is the store's address and that it runs"
