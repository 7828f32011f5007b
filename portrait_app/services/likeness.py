"""What a portrait of a person should be close to: the middle of what was measured on their photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from numpy.typing import NDArray

    from portrait_app.domain.selfie import Selfie
    from portrait_app.services.work import Work


async def identity_of(work: Work, training_id: UUID) -> NDArray[np.float32] | None:
    """Return the middle of a face model's photos, also after they were deleted; None when it can't be told."""
    known = (await work.trainings.get(training_id)).identity or middle_of(await work.selfies.of(training_id))
    return np.asarray(known, dtype=np.float32) if known else None


def middle_of(photos: Iterable[Selfie]) -> list[float] | None:
    """Return the middle of the usable photos; None when there are none, or no face was measured."""
    seen = [photo.seen["identity"] for photo in photos if photo.is_usable and photo.seen and photo.seen["identity"]]
    if not seen:
        return None
    middle = np.mean(np.asarray(seen, dtype=np.float32), axis=0)
    return [float(each) for each in middle]
