"""Portraits to look at in a test: rows as the engine's news would have left them, with objects in the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.domain.generation import Asset, Generation
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus
from portrait_app.services import thumbnails

if TYPE_CHECKING:
    from portrait_app.domain.training import Training
    from tests.builders import House


async def portraits_of(
    house: House, model: Training, *, count: int = 1, style: str = "studio", status: AssetStatus = AssetStatus.KEPT
) -> list[Asset]:
    """Make one order's portraits, oldest first."""
    is_over = status.is_final
    async with house.desk.for_person(model.owner_id) as work:
        order = work.generations.add(
            Generation(
                owner_id=model.owner_id,
                training_id=model.id,
                style=style,
                count=count,
                seed=1,
                status=GenerationStatus.READY if is_over else GenerationStatus.PAINTING,
            )
        )
        await work.session.flush()
        made = [work.assets.add(_portrait(order, position, status)) for position in range(count)]
        for asset in made:
            if asset.key is not None:
                for key in thumbnails.keys(asset.key):
                    await work.bucket.put_bytes(key, b"picture")
    return made


def _portrait(order: Generation, position: int, status: AssetStatus) -> Asset:
    asset = Asset(
        owner_id=order.owner_id,
        generation_id=order.id,
        training_id=order.training_id,
        position=position,
        style=order.style,
        status=status,
        width=896,
        height=1088,
    )
    if status is AssetStatus.KEPT:
        asset.key = f"u/{order.owner_id}/portraits/{asset.id}.webp"
        asset.mime, asset.bytes, asset.colour = "image/webp", 7, "#705848"
    return asset
