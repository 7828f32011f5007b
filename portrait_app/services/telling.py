"""Telling a person what happened while they wait: in passing where they look, by mail where they don't."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from portrait_app.domain.happening import Channel, Happening
from portrait_app.domain.lifecycle import GenerationStatus, TrainingStatus
from portrait_app.domain.mail import MailKind
from portrait_app.domain.preferences import Preferences
from portrait_app.errors import SignedOut
from portrait_app.services import mails, preferences, unsubscribing

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.generation import Generation
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Desk, Work

OF_PORTRAITS = (Happening.FIRST_SET, Happening.PORTRAITS_FAILED, Happening.PORTRAITS_IN_DOUBT)
# Of portraits that end side by side, each looks whether it was the last: one after the other.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 0))")


async def tell_of_training(work: Work, training: Training, *, is_own_wish: bool, is_learned: bool) -> None:
    """Tell how the learning of a face ended; what the person called off themselves is no news.

    `is_learned`: what is in doubt is only which face model was made.
    """
    if training.status is TrainingStatus.READY:
        await _tell(work, Happening.MODEL_READY, training.id)
    elif training.status is TrainingStatus.IN_DOUBT:
        await _tell(work, Happening.MODEL_UNNAMED if is_learned else Happening.MODEL_IN_DOUBT, training.id)
    elif training.status.is_final and not is_own_wish:
        await _tell(work, Happening.MODEL_FAILED, training.id)


async def tell_of_portraits(work: Work, generation: Generation) -> None:
    """Tell that a first set is complete, or that what was ordered came to nothing and nothing else is on its way.

    Whether what is in doubt came to nothing isn't known, and nothing else is said of it.
    """
    await work.session.flush()
    await work.session.execute(_ONE_AT_A_TIME, {"whose": str(generation.training_id)})
    coming = await work.generations.unfinished_of(generation.training_id)
    ends = {generation.status}
    if generation.is_first_set:
        coming = [each for each in coming if each.is_first_set]
        ends = await work.generations.ends_of_first_set(generation.training_id)
    if coming:
        return
    if generation.is_first_set and GenerationStatus.READY in ends:
        await _tell(work, Happening.FIRST_SET, generation.id)
    elif GenerationStatus.READY not in ends and GenerationStatus.IN_DOUBT in ends:  # of some it isn't known
        await _tell(work, Happening.PORTRAITS_IN_DOUBT, generation.id)
    elif GenerationStatus.READY not in ends and GenerationStatus.FAILED in ends:
        await _tell(work, Happening.PORTRAITS_FAILED, generation.id)


async def stop_by_mail(desk: Desk, word: str) -> None:
    """Tell whoever a link ends with this word for nothing more by mail, but for what keeps their account safe.

    Twice is no error; nor is having left.

    Raises:
        NoStopLink: it is nobody's link; nothing was changed.
    """
    try:
        async with desk.for_person(unsubscribing.whose(desk, word)) as work:
            await preferences.be_told_nothing_by_mail(work)
    except SignedOut:  # there is no such account any more, so no mails
        return


async def _tell(work: Work, happening: Happening, row_id: UUID) -> None:
    account = await work.accounts.find()
    if account is None:  # they have left
        return
    told = Preferences.of(account.preferences)
    if told.is_told(happening.occasion, Channel.TOAST):
        await work.tell("generation" if happening in OF_PORTRAITS else "training", row_id, happening)
    # An address that nobody has confirmed may be a stranger's.
    if told.is_told(happening.occasion, Channel.MAIL) and account.verified_at is not None:
        await mails.write(work, MailKind(happening.value), account.email)
