"""Face models: the draft, and starting its training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.rows import new_id
from portrait_app.domain.selfie import FEWEST, SelfieStatus
from portrait_app.domain.text import one_line
from portrait_app.domain.training import Training
from portrait_app.errors import PortraitError
from portrait_app.services import consent, timing
from portrait_app.services.leaving import require_staying

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.domain.selfie import Selfie
    from portrait_app.services.work import Work

LONGEST_NAME = 60
PREPARING = "Getting your photos ready"


class TooFewSelfies(PortraitError):
    """A training was asked for with too few usable photos."""

    headline = "A few more selfies, please"

    def __init__(self, got: int) -> None:
        super().__init__(f"{got} of {FEWEST} selfies")
        self.hint = f"Add {FEWEST - got} more, each from another side. Your photos so far are safe."


class StillLooking(PortraitError):
    """A training was asked for while photos are still being examined."""

    headline = "One moment"
    hint = "We are still looking at your newest photos. Start as soon as each has its tick."


class NameMissing(PortraitError):
    """A training was asked for without a name."""

    headline = "It needs a name"
    hint = "Who is on these photos? Any name will do; your photos are safe."


class AlreadyStarted(PortraitError):
    """The draft is no draft any more, e.g. since it was started in another tab."""

    headline = "This one is already on its way"
    hint = "You find it in the list below."


class NotFailed(PortraitError):
    """Only a training that failed can be tried again."""

    headline = "There's nothing to try again"
    hint = "This face model is fine, or still being learned."


class PhotosGone(PortraitError):
    """A training can't be tried again: its photos were deleted when their time was over."""

    headline = "Its photos are deleted"
    hint = "They were kept for a while after it failed. Please begin with new ones."


class DraftInTheWay(PortraitError):
    """A failed training can't become the draft: there is one with photos, perhaps of somebody else."""

    headline = "Other photos are waiting already"
    hint = "Start with those or remove them first, then try this one again. Both sets are safe."


async def draft(work: Work) -> Training:
    """Return the person's draft; there is one at most, and it is made when first asked for."""
    statement = insert(Training).values(
        id=new_id(),
        owner_id=work.owner_id,
        created_at=now(),
        name="",
        status=TrainingStatus.DRAFT,
        trainer="",
        phase="",
        percent=0.0,
        is_estimate=True,
        tail_s=0.0,
    )
    # Twelve uploads that begin together must find one draft: the index decides, whoever comes first.
    await work.session.execute(
        statement.on_conflict_do_nothing(
            index_elements=[col(Training.owner_id)], index_where=col(Training.status) == TrainingStatus.DRAFT
        )
    )
    found = await work.trainings.draft()
    assert found is not None
    return found


async def rename(work: Work, name: str) -> Training:
    """Keep the name typed for the draft."""
    training = await draft(work)
    training.name = one_line(name)[:LONGEST_NAME]
    await work.tell("training", training.id)
    return training


async def start(work: Work, training_id: UUID, *, name: str, trainer: str) -> Training:
    """Record the training of a draft and hand it to the jobs; nothing is sent from here.

    Raises:
        AlreadyStarted, ConsentMissing, NameMissing, StillLooking, TooFewSelfies, AboutToLeave: the draft stays as it
        was.
    """
    await require_staying(work)
    training = await work.trainings.get(training_id, lock=True)
    if training.status is not TrainingStatus.DRAFT:
        raise AlreadyStarted(f"{training_id} is {training.status}")
    await consent.require(work)
    name = one_line(name)[:LONGEST_NAME]
    if not name:
        raise NameMissing(str(training_id))
    _require_enough(await work.selfies.of(training_id))
    training.name = name
    training.trainer = trainer
    training.status = TrainingStatus.QUEUED
    training.phase = PREPARING
    training.started_at = now()
    order = work.orders.add(Order(owner_id=work.owner_id, kind=OrderKind.TRAINING, training_id=training.id))
    work.later(Chore.SEND_ORDER, order.id)
    await work.tell("training", training.id)
    return training


async def retry(work: Work, training_id: UUID) -> Training:
    """Make a failed training the draft again, with its name and its photos, so that they can be looked over.

    One in doubt as well: to order it once more is the person's own decision, and what turns up then is called off.

    Raises:
        NotFailed, PhotosGone, DraftInTheWay: everything stays as it was.
    """
    training = await work.trainings.get(training_id, lock=True)
    is_over = training.status in (TrainingStatus.FAILED, TrainingStatus.CANCELED, TrainingStatus.IN_DOUBT)
    if not is_over or not training.is_wanted:
        raise NotFailed(f"{training_id} is {training.status}")
    if training.photos_deleted_at is not None:
        raise PhotosGone(str(training_id))
    waiting = await work.trainings.draft()
    if waiting is not None:
        await work.trainings.get(waiting.id, lock=True)  # a photo that arrives now waits, and finds its draft gone
        if await work.selfies.count(waiting.id):
            raise DraftInTheWay(f"{waiting.id} has photos")
        await work.trainings.remove(waiting)
        await work.session.flush()  # there is one draft a person: the old one goes before the new one comes
    training.status = TrainingStatus.DRAFT
    timing.forget(training)
    training.trouble = None
    training.started_at = training.ended_at = None
    await work.tell("training", training.id)
    return training


def _require_enough(selfies: Sequence[Selfie]) -> None:
    if any(selfie.status is SelfieStatus.EXAMINING for selfie in selfies):
        raise StillLooking("photos are still being examined")
    usable = sum(selfie.is_usable for selfie in selfies)
    if usable < FEWEST:
        raise TooFewSelfies(usable)
