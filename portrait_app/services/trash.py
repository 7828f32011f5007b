"""The Trash: what is deleted goes there first, can be brought back for a while, and goes for good after that.

While it lies there a person's queries don't see it (`database/trash`), and no link opens it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from portrait_app.domain.chores import Chore
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.errors import NotFound, PortraitError
from portrait_app.services import removal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from portrait_app.services.work import Work

MOST_AT_ONCE = 500  # portraits in one go; a gallery shows fewer at a time


class StillComing(PortraitError):
    """A portrait that is still being made can't be deleted yet."""

    headline = "This one is still on its way"
    hint = "You can delete it as soon as it is here."


class TooLate(PortraitError):
    """What was to be restored is no longer in the Trash."""

    headline = "It isn't in the Trash any more"
    hint = "It was restored already, or is gone for good. Everything else is where it was."


class TooMany(PortraitError):
    """More than any page of ours sends at once."""

    headline = "That's a lot at once"
    hint = f"Please choose at most {MOST_AT_ONCE} portraits; nothing was changed."


async def put_portraits(work: Work, ids: Collection[UUID]) -> Sequence[UUID]:
    """Put portraits into the Trash; return which were. Such as are there or gone already are no error.

    Raises:
        NotFound: none of them is there.
        StillComing: one of them is still being made; all stay.
        TooMany: nothing was changed.
    """
    _require_few(ids)
    if unkept := await work.assets.unkept_of(ids):
        raise StillComing(f"{unkept} of {len(ids)}")
    return await _said(work, await work.assets.into_trash(ids))


async def restore_portraits(work: Work, ids: Collection[UUID]) -> Sequence[UUID]:
    """Bring portraits back to where they were; return which were.

    Raises:
        TooLate: none of them can be. TooMany: nothing was changed.
    """
    _require_few(ids)
    restored = await work.assets.out_of_trash(ids)
    if not restored:
        raise TooLate(f"{len(ids)} portraits")
    return await _said(work, restored)


async def delete_portraits(work: Work, ids: Collection[UUID]) -> Sequence[UUID]:
    """Have portraits of the Trash deleted for good; return which will be.

    Raises:
        NotFound: none of them lies there. TooMany: nothing was changed.
    """
    _require_few(ids)
    going = await work.assets.to_go_for_good(ids)
    for asset_id in going:
        work.later(Chore.PURGE_PORTRAIT, asset_id)
    return await _said(work, going)


async def put_model(work: Work, training_id: UUID) -> None:
    """Put a face model into the Trash: nothing is made from it while it lies there, and its portraits stay.

    Those on their way are called off. Its photos and what the engine has of it stay, so that it can be restored.

    Raises:
        NotFound: there is no such face model of this person.
        StillLearning: it must be stopped first.
    """
    await removal.call_off_portraits(work, training_id)
    training = await work.trainings.get(training_id, lock=True)
    if training.status is TrainingStatus.DRAFT or training.removal_asked_at is not None:
        raise NotFound(f"{training_id} is {training.status}")
    if not training.status.is_final:
        raise removal.StillLearning(f"{training_id} is {training.status}")
    await work.trainings.into_trash([training_id])
    await work.tell("training", training_id)


async def restore_model(work: Work, training_id: UUID) -> None:
    """Bring a face model back.

    Raises:
        TooLate: it isn't in the Trash any more.
    """
    if not await work.trainings.out_of_trash([training_id]):
        raise TooLate(str(training_id))
    await work.tell("training", training_id)


async def delete_model(work: Work, training_id: UUID) -> None:
    """Have a face model of the Trash deleted for good.

    Raises:
        TooLate: it isn't there any more; one that was brought back stays.
    """
    await removal.call_off_portraits(work, training_id)  # before the face model is held, as everywhere
    if (await work.trainings.get_anywhere(training_id, lock=True)).deleted_at is None:
        raise TooLate(str(training_id))
    await removal.remove(work, training_id)


async def restore_all(work: Work) -> int:
    """Bring everything back that can be; return how much that was."""
    models = await work.trainings.out_of_trash([model.id for model in await work.trainings.in_trash()])
    portraits = await work.assets.out_of_trash([portrait.id for portrait in await work.assets.in_trash()])
    for training_id in models:
        await work.tell("training", training_id)
    if portraits:
        await _said(work, portraits)
    return len(models) + len(portraits)


async def empty(work: Work) -> int:
    """Have everything in the Trash deleted for good; return how much that is."""
    count = 0
    # In the order in which everybody who changes several face models holds them.
    for model in sorted(await work.trainings.in_trash(), key=lambda each: each.id):
        with suppress(TooLate):  # another tab was before us
            async with work.session.begin_nested():  # so that what is being made from it by now isn't called off
                await delete_model(work, model.id)
            count += 1
    going = await work.assets.to_go_for_good([portrait.id for portrait in await work.assets.in_trash()])
    for asset_id in going:
        work.later(Chore.PURGE_PORTRAIT, asset_id)
    if going:
        await _said(work, going)
    return count + len(going)


async def _said(work: Work, ids: Sequence[UUID]) -> Sequence[UUID]:
    """Tell of portraits that changed, all at once: whoever hears it reads them anew together."""
    if not ids:
        raise NotFound("none of these portraits")
    await work.tell("asset", ids[0])
    return ids


def _require_few(ids: Collection[UUID]) -> None:
    if len(ids) > MOST_AT_ONCE:
        raise TooMany(str(len(ids)))
