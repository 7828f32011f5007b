"""Photos of a draft: taken in as they come, examined as they land, judged against one another."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import structlog

from portrait_app import pictures
from portrait_app.database.pixels import PHOTOS, still_wanted
from portrait_app.domain.chores import Chore
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.rows import new_id
from portrait_app.domain.selfie import MAX_BYTES, Selfie, SelfieStatus
from portrait_app.errors import PortraitError
from portrait_app.faces.quality import Examination, Hint, examine, hints, near_duplicates, outliers
from portrait_app.pictures.errors import BrokenPicture, PictureError
from portrait_app.services import consent, sessions, thumbnails, trainings
from portrait_app.services.leaving import require_staying
from portrait_app.services.pixels import off_the_loop
from portrait_app.services.room import require_room

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from portrait_app.faces.reader import FaceReader
    from portrait_app.services.sessions import Someone
    from portrait_app.services.work import Desk, Work

log = structlog.get_logger()

KEPT_EDGE_PX = 3072  # a trainer works at 1024; this leaves room to crop, and 30 of them fit in one upload
KEPT_QUALITY = 90


class NoFaceToLearn(PortraitError):
    """A photo without a face can't be overruled."""

    headline = "There's no face in this one"
    hint = "Remove it and add another; the rest stays as it is."


async def receive(desk: Desk, someone: Someone, *, filename: str, chunks: AsyncIterator[bytes]) -> Selfie:
    """Stream one photo into the person's bucket and put its examination off.

    Raises:
        SignedOut, AboutToLeave, ConsentMissing, TooManySelfies, TooManyRefused, ObjectTooLarge, AlreadyStarted: nothing
        was kept; the other photos stay.
    """
    selfie_id, owner_id = new_id(), someone.owner_id
    async with desk.for_person(owner_id) as work:
        await _require_welcome(work, someone)
        await require_room(work, await trainings.draft(work))
    key = _incoming_key(owner_id, selfie_id)
    bucket = desk.buckets.of(owner_id)
    await bucket.put(key, chunks, max_bytes=MAX_BYTES)
    try:
        async with desk.for_person(owner_id) as work:
            draft = await trainings.draft(work)
            await _require_draft(work, draft.id)  # locked: thirty uploads at once count one after another
            await _require_welcome(work, someone)  # each of it may have ended while the photo came in, and waited
            await require_room(work, draft)
            selfie = Selfie(
                id=selfie_id, owner_id=owner_id, training_id=draft.id, filename=filename[:200], incoming_key=key
            )
            work.selfies.add(selfie)
            work.later(Chore.EXAMINE_SELFIE, selfie.id)
            await work.tell("selfie", selfie.id)
    except BaseException:
        await bucket.delete(key)
        raise
    return selfie


async def overrule(work: Work, selfie_id: UUID) -> None:
    """Use a photo in spite of its hints.

    Raises:
        NoFaceToLearn: there is nothing to use.
        AlreadyStarted: the set is closed.
    """
    await _require_draft(work, (await work.selfies.get(selfie_id)).training_id)
    selfie = await work.selfies.get(selfie_id, lock=True)
    if selfie.status in (SelfieStatus.FACELESS, SelfieStatus.REFUSED):
        raise NoFaceToLearn(f"{selfie_id} is {selfie.status}")
    selfie.is_overruled = True
    await work.tell("selfie", selfie.id)


async def remove(work: Work, selfie_id: UUID) -> None:
    """Take a photo out of the draft; its pixels are deleted by a chore, and no link opens them any more."""
    selfie = await work.selfies.get(selfie_id)
    await _require_draft(work, selfie.training_id)
    await _take_out(work, selfie)
    await work.session.flush()
    _judge([other for other in await work.selfies.of(selfie.training_id) if other.seen])
    await work.tell("selfie", selfie.id)


async def remove_all(work: Work, training_id: UUID) -> None:
    """Take all photos out of a draft, in the same way."""
    for selfie in await work.selfies.of(training_id):
        await _take_out(work, selfie)
    await work.tell("selfie", training_id)


async def forget_pixels(desk: Desk, owner_id: UUID, selfie_id: UUID) -> None:
    """Delete the pixels of a photo that is gone or was refused; twice is no error. Else `services/sweep` does it."""
    async with desk.for_service(owner_id) as work:
        if (PHOTOS, selfie_id) in await still_wanted(work.session, [selfie_id]):
            return
    clean = thumbnails.keys(_clean_key(owner_id, selfie_id))
    await desk.buckets.of(owner_id).delete(_incoming_key(owner_id, selfie_id), *clean)


async def forget(desk: Desk, owner_id: UUID, training_id: UUID) -> None:
    """Delete the pixels of all photos of a face model, then their rows; so again where others were kept meanwhile."""
    # No transaction waits for the bucket (`walls.IDLE_AT_MOST`).
    while photos := await _photos_of(desk, owner_id, training_id):
        await desk.buckets.of(owner_id).delete(*(key for photo in photos for key in _keys(photo)))
        async with desk.for_service(owner_id) as work:
            for photo in photos:
                row = await work.selfies.find(photo.id, lock=True)
                if row is not None and _keys(row) == _keys(photo):
                    await work.selfies.remove(row)


async def _photos_of(desk: Desk, owner_id: UUID, training_id: UUID) -> list[Selfie]:
    async with desk.for_service(owner_id) as work:
        return list(await work.selfies.of(training_id))


@dataclass(frozen=True)
class Examiner:
    """Looks at photos that have landed; the pixels are worked on in a thread."""

    desk: Desk
    reader: FaceReader

    async def examine(self, owner_id: UUID, selfie_id: UUID) -> None:
        """Open a photo, keep a clean copy, and say what is seen in it. A second call only tidies up after the first."""
        async with self.desk.for_service(owner_id) as work:
            selfie = await work.selfies.find(selfie_id)
        if selfie is None or selfie.status is not SelfieStatus.EXAMINING or selfie.incoming_key is None:
            await self._tidy(owner_id, selfie_id)
            return
        bucket = self.desk.buckets.of(owner_id)
        upload = await bucket.get(selfie.incoming_key)
        try:
            seen, clean = await off_the_loop(self._look, upload)
        except PictureError as error:
            await self._refuse(owner_id, selfie_id, error)
        else:
            await self._accept(owner_id, selfie_id, seen, clean)
        await bucket.delete(selfie.incoming_key)

    async def give_up(self, owner_id: UUID, selfie_id: UUID) -> None:
        """Refuse a photo that ended whoever opened it; what was sent goes as the chore is done once more."""
        log.error("selfie.given_up", selfie=str(selfie_id))
        await self._refuse(owner_id, selfie_id, BrokenPicture())

    def _look(self, upload: bytes) -> tuple[Examination, thumbnails.Kept]:
        photo = pictures.open_picture(upload, max_edge_px=KEPT_EDGE_PX)
        return examine(photo, self.reader), thumbnails.photo(photo, quality=KEPT_QUALITY)

    async def _tidy(self, owner_id: UUID, selfie_id: UUID) -> None:
        """Delete what a worker that was killed in the middle of its examination left behind."""
        await self.desk.buckets.of(owner_id).delete(_incoming_key(owner_id, selfie_id))
        await forget_pixels(self.desk, owner_id, selfie_id)

    async def _accept(self, owner_id: UUID, selfie_id: UUID, seen: Examination, clean: thumbnails.Kept) -> None:
        key = _clean_key(owner_id, selfie_id)
        await thumbnails.keep(self.desk.buckets.of(owner_id), key, clean)
        async with self.desk.for_service(owner_id) as work:
            selfie = await _held_with_its_set(work, selfie_id)
            if selfie is not None:
                selfie.key, selfie.incoming_key = key, None
                selfie.width, selfie.height, selfie.colour = clean.width, clean.height, clean.colour
                selfie.seen = asdict(seen)
                await work.session.flush()
                _judge([other for other in await work.selfies.of(selfie.training_id) if other.seen])
                await work.tell("selfie", selfie.id)
        if selfie is None:  # removed or given up while we looked
            await self.desk.buckets.of(owner_id).delete(*thumbnails.keys(key))

    async def _refuse(self, owner_id: UUID, selfie_id: UUID, error: PictureError) -> None:
        async with self.desk.for_service(owner_id) as work:
            selfie = await work.selfies.find(selfie_id, lock=True)
            if selfie is None or selfie.status is not SelfieStatus.EXAMINING:
                return
            selfie.status, selfie.incoming_key = SelfieStatus.REFUSED, None
            selfie.refusal = str(error)
            await work.tell("selfie", selfie.id)


async def _require_welcome(work: Work, someone: Someone) -> None:
    await sessions.require(work, someone)
    await require_staying(work)
    await consent.require(work)


async def _take_out(work: Work, selfie: Selfie) -> None:
    await work.selfies.remove(selfie)
    work.later(Chore.FORGET_PIXELS, selfie.id)


def _incoming_key(owner_id: UUID, selfie_id: UUID) -> str:
    return f"u/{owner_id}/incoming/{selfie_id}"


def _clean_key(owner_id: UUID, selfie_id: UUID) -> str:
    return f"u/{owner_id}/selfies/{selfie_id}.jpg"


def _judge(selfies: Sequence[Selfie]) -> None:
    """Give every photo its hints: those of its own, and those that only the whole set can tell."""
    seen = [Examination(**selfie.seen) for selfie in selfies if selfie.seen]
    doubles = near_duplicates([s.fingerprint for s in seen])
    strangers = outliers([s.identity for s in seen])
    for number, (selfie, examination) in enumerate(zip(selfies, seen, strict=True)):
        found = list(hints(examination))
        found += [Hint.NEAR_DUPLICATE] if number in doubles else []
        found += [Hint.SOMEBODY_ELSE] if number in strangers else []
        selfie.hints = [hint.value for hint in sorted(found, key=list(Hint).index)]  # the gravest first
        if Hint.NO_FACE in found:
            selfie.status = SelfieStatus.FACELESS
        else:
            selfie.status = SelfieStatus.DOUBTFUL if found else SelfieStatus.FINE


async def _held_with_its_set(work: Work, selfie_id: UUID) -> Selfie | None:
    """Return a photo, unless it is gone or was refused; its set, judged by one at a time, is held before any of it."""
    selfie = await work.selfies.find(selfie_id)
    if selfie is None or await work.trainings.find(selfie.training_id, lock=True) is None:
        return None
    selfie = await work.selfies.find(selfie_id, lock=True)
    return None if selfie is None or selfie.status is SelfieStatus.REFUSED else selfie  # which its person was told


async def _require_draft(work: Work, training_id: UUID) -> None:
    training = await work.trainings.get(training_id, lock=True)
    if training.status is not TrainingStatus.DRAFT:
        raise trainings.AlreadyStarted(str(training_id))


def _keys(selfie: Selfie) -> list[str]:
    return [*(thumbnails.keys(selfie.key) if selfie.key else []), *filter(None, [selfie.incoming_key])]
