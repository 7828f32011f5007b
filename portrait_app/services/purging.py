"""What goes for good when its time is over: portraits and face models of the Trash, and photos of a learned face.

Each begins by writing down that it goes, under the row's lock and by the database's clock; from then on nothing brings
it back. Whatever is killed after that is found again by `put_off_what_is_due` and done once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import text

from portrait_app.database.address import Role
from portrait_app.database.trash import moment
from portrait_app.domain.chores import Chore
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.retention import TRASH_STAYS, TRY_AGAIN_FOR, photos_go_at
from portrait_app.services import likeness, removal, selfies, thumbnails

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from portrait_app.domain.training import Training
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

MOST = 200
_DUE = text("SELECT chore, owner_id, id FROM app.due_deletions(:trash, :again, :most)")


async def put_off_what_is_due(desk: Desk) -> None:
    """Have deleted whatever is past its time. Many may ask at once: a chore that waits is not put off twice."""
    async with desk.for_nobody(Role.SERVICE) as session:
        asked = {"trash": TRASH_STAYS, "again": TRY_AGAIN_FOR, "most": MOST}
        due = [(Chore(chore), owner, row) for chore, owner, row in await session.execute(_DUE, asked)]
    for chore, owner_id, row_id in due:
        await desk.queue.put_off(chore, owner_id, row_id)


async def purge_portrait(desk: Desk, owner_id: UUID, asset_id: UUID) -> None:
    """Delete a portrait for good that is past its time in the Trash, or was to go: its row and all its pictures."""
    async with desk.for_service(owner_id) as work:
        asset = await work.assets.find(asset_id, lock=True)
        if asset is None or asset.deleted_at is None:
            return
        if asset.purge_asked_at is None:
            if not await _is_past(work, asset.deleted_at):
                return
            asset.purge_asked_at = await moment(work.session)
    await erase_portrait(desk, owner_id, asset_id)
    log.info("portrait.purged", asset=str(asset_id))


async def erase_portrait(desk: Desk, owner_id: UUID, asset_id: UUID) -> None:
    """Delete a portrait's pictures and then its row, whatever it is and wherever it lies; twice is no error.

    No transaction waits for the bucket (`walls.IDLE_AT_MOST`). One that was kept meanwhile has pictures now: they go.
    """
    gone: str | None = None
    while True:
        async with desk.for_service(owner_id) as work:
            asset = await work.assets.find_anywhere(asset_id, lock=True)
            if asset is None:
                return
            if asset.key == gone:
                await work.assets.remove(asset)
                await work.tell("asset", asset_id)
                return
            gone = asset.key
        if gone is not None:
            await desk.buckets.of(owner_id).delete(*thumbnails.keys(gone))


async def purge_model(desk: Desk, owner_id: UUID, training_id: UUID) -> None:
    """Delete a face model for good that is past its time in the Trash: from here on it is `services/removal`'s."""
    async with desk.for_service(owner_id) as work:
        training = await work.trainings.find(training_id, lock=True)
        if training is not None and training.deleted_at is not None and await _is_past(work, training.deleted_at):
            await removal.remove(work, training_id)


async def forget_photos(desk: Desk, owner_id: UUID, training_id: UUID) -> None:
    """Delete the photos of a face model whose owner wants them gone by now. What was learned from them stays.

    A training that is being tried again, or may still be, keeps them.
    """
    async with desk.for_service(owner_id) as work:
        training = await work.trainings.find(training_id, lock=True)
        if training is None or training.removal_asked_at is not None:
            return
        if training.photos_deleted_at is None:
            account = await work.accounts.find()
            goes_at = photos_go_at(training, account.photos_stay_days if account else None)
            if goes_at is None or goes_at > await moment(work.session):
                return
            await _give_up_photos(work, training)
    await selfies.forget(desk, owner_id, training_id)
    async with desk.for_service(owner_id) as work:
        await work.tell("selfie", training_id)
    log.info("photos.forgotten", training=str(training_id))


async def give_up_all_photos(work: Work) -> None:
    """Have all photos of the person deleted, but those of a face that is being learned, which still needs them."""
    draft = await work.trainings.draft()  # also one of whose photos none was looked at yet
    of = {*await work.selfies.kept_by_training(), *([draft.id] if draft else [])}
    for training_id in sorted(of):
        training = await work.trainings.find_anywhere(training_id, lock=True)
        if training is None:  # a draft that gave way to another in this moment: it was empty
            continue
        if training.status is TrainingStatus.DRAFT:
            await selfies.remove_all(work, training_id)
        elif training.status.is_final and training.removal_asked_at is None:
            if training.photos_deleted_at is None:
                await _give_up_photos(work, training)
            work.later(Chore.FORGET_PHOTOS, training_id)


async def _give_up_photos(work: Work, training: Training) -> None:
    """Write down that its photos go, and keep what later portraits are compared with; the row is locked.

    Of a face that was not learned there are none; of one in doubt there are, should it turn up.
    """
    if training.status in (TrainingStatus.READY, TrainingStatus.IN_DOUBT):
        training.identity = likeness.middle_of(await work.selfies.of(training.id))
    training.photos_deleted_at = await moment(work.session)
    await work.tell("training", training.id)


async def _is_past(work: Work, deleted_at: datetime) -> bool:
    return deleted_at <= await moment(work.session) - TRASH_STAYS
