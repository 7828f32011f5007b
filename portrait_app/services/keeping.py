"""Fetching finished portraits into our own bucket, before the engine forgets them an hour later."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import structlog

from portrait_app import pictures
from portrait_app.adapters.buckets.errors import BucketDown, BucketFull
from portrait_app.adapters.replicate.outputs import OutputBroken, OutputGone, OutputUnsafe, fetch
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Loss
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.faces.identity import distance
from portrait_app.pictures.errors import TooManyPixels
from portrait_app.services import painting, thumbnails
from portrait_app.services.likeness import identity_of
from portrait_app.services.pixels import off_the_loop

if TYPE_CHECKING:
    from uuid import UUID

    import numpy as np
    from numpy.typing import NDArray

    from portrait_app.domain.generation import Asset
    from portrait_app.faces.reader import FaceReader
    from portrait_app.pictures.pixels import Pixels
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

MAX_BYTES = 30 * 1024 * 1024
# So long the engine keeps what it made. A delivery network may lag behind it or lead astray, and a half or a page of
# words in a picture's place may be a passing error: what was paid for is not given up before.
ENGINE_KEEPS = timedelta(hours=1)
FETCH_LASTS_S = 300.0  # with its turn for the pixels; a fetch alone ends after a minute


class Seen(NamedTuple):
    """What was seen of faces in a portrait: see `Asset`."""

    likeness: float | None = None
    face: list[float] | None = None


@dataclass(frozen=True)
class Keeper:
    """Fetches portraits, checks that they are pictures, and keeps them with their thumbnails and likeness.

    `engine_origin` is the one local address that outputs may come from: the darkroom's.
    """

    desk: Desk
    reader: FaceReader
    engine_origin: str | None

    async def keep(self, owner_id: UUID, asset_id: UUID) -> None:
        """Keep one portrait; a second call finds nothing to do.

        Raises:
            OutputError, PictureError, Exception: it could not be fetched or read now, but may be in a moment.
            BucketDown, BucketFull: no bucket takes it now; it is held here meanwhile.
        """
        async with self.desk.for_service(owner_id) as work:
            asset = await work.assets.find(asset_id)
            if asset is None or asset.status is not AssetStatus.FETCHING or asset.source_url is None:
                return
            person = await identity_of(work, asset.training_id)
            held = await work.held_pictures.find(asset_id)
        if held is not None:
            await self.desk.buckets.of(owner_id).page(most=1)  # while it is away no pixel is worked on again
        try:
            async with asyncio.timeout(FETCH_LASTS_S):
                fetched = held or await fetch(asset.source_url, allow_local=self.engine_origin, max_bytes=MAX_BYTES)
                kept, seen = await off_the_loop(self._look, fetched, person)
        except Exception as error:
            # Whatever it is, also what nobody thought of: it ends in words, or it would be asked for for ever.
            if await self._age(owner_id, asset) < _hopeful_for(error):
                raise
            await self._lose(owner_id, asset_id, error)
            return
        try:
            await self._keep(owner_id, asset, kept, seen)
        except (BucketDown, BucketFull):
            await self._hold(owner_id, asset_id, fetched)
            raise

    def _look(self, fetched: bytes, person: NDArray[np.float32] | None) -> tuple[thumbnails.Kept, Seen]:
        pixels = pictures.open_picture(fetched)
        return thumbnails.portrait(pixels, fetched), self._see(pixels, person)

    def _see(self, pixels: Pixels, person: NDArray[np.float32] | None) -> Seen:
        faces = self.reader.faces(pixels)
        if not faces:
            return Seen()
        likeness = None
        if person is not None:
            likeness = min(distance(self.reader.identity(pixels, face), person) for face in faces)
        height, width = pixels.shape[:2]
        box = [edge / size for edge, size in zip(faces[0].box, (width, height, width, height), strict=True)]
        return Seen(likeness, [round(float(edge), 4) for edge in box])

    async def _keep(self, owner_id: UUID, asset: Asset, kept: thumbnails.Kept, seen: Seen) -> None:
        kind = pictures.kind_of(kept.original)
        key = f"u/{owner_id}/portraits/{asset.id}.{kind.extension}"
        await thumbnails.keep(self.desk.buckets.of(owner_id), key, kept)
        async with self.desk.for_service(owner_id) as work:
            row = await work.assets.find(asset.id, lock=True)
            if row is not None:
                row.status, row.kept_at, row.key = AssetStatus.KEPT, now(), key
                row.mime, row.bytes = kind.mime, len(kept.original)
                row.width, row.height, row.colour = kept.width, kept.height, kept.colour
                row.likeness, row.face = seen.likeness, seen.face
                await work.held_pictures.forget(row.id)
                await _told(work, row)
        if row is None:  # deleted while we fetched
            await self.desk.buckets.of(owner_id).delete(*thumbnails.keys(key))

    async def _hold(self, owner_id: UUID, asset_id: UUID, fetched: bytes) -> None:
        """Hold a picture among the rows until a bucket takes it: the engine forgets it in an hour, paid for or not."""
        async with self.desk.for_service(owner_id) as work:
            if await work.assets.find(asset_id) is not None:
                await work.held_pictures.add(asset_id, fetched)
                await work.tell("asset", asset_id)

    async def _age(self, owner_id: UUID, asset: Asset) -> timedelta:
        """How long ago the job ended that made it; nothing while it goes on."""
        async with self.desk.for_service(owner_id) as work:
            order = await work.orders.last_of(asset.generation_id)
        return now() - order.ended_at if order is not None and order.ended_at is not None else timedelta()

    async def _lose(self, owner_id: UUID, asset_id: UUID, error: Exception) -> None:
        log.warning("asset.lost", asset=str(asset_id), why=type(error).__name__, detail=str(error)[:200])
        async with self.desk.for_service(owner_id) as work:
            row = await work.assets.find(asset_id, lock=True)
            if row is None or row.status is not AssetStatus.FETCHING:
                return
            await work.held_pictures.forget(asset_id)
            painting.lose(row, Loss.REMOVED if isinstance(error, OutputGone | OutputBroken) else Loss.DAMAGED)
            await _told(work, row)


def _hopeful_for(error: Exception) -> timedelta:
    """How long after the job's end it may still become a picture."""
    if isinstance(error, OutputUnsafe | TooManyPixels):
        return timedelta(days=-1)  # no second fetch makes it safe, or smaller
    return ENGINE_KEEPS


async def _told(work: Work, asset: Asset) -> None:
    generation = await work.generations.get(asset.generation_id, lock=True)
    await painting.close_if_complete(work, generation)
    await work.tell("asset", asset.id)
