"""How long a person's photos stay once their face is learned: their own choice, and what it does to those there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.database.trash import moment
from portrait_app.domain.retention import STAY_DAYS, photos_go_at
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from portrait_app.services.work import Work


class UnknownStay(PortraitError):
    """A number of days that isn't offered."""

    headline = "We don't have that"
    hint = "Please choose one of the times shown. Your photos stay as they were."


async def choose(work: Work, days: int | None) -> None:
    """Keep the choice; what is past its time by it goes by a chore, within the minute.

    Raises:
        UnknownStay: it isn't offered.
    """
    _require_known(days)
    (await work.accounts.mine()).photos_stay_days = days
    await work.tell("consent", work.owner_id)


async def past_their_time(work: Work, days: int | None) -> int:
    """Count the photos that would be deleted at once by this choice, and not by the present one.

    Raises:
        UnknownStay: it isn't offered.
    """
    _require_known(days)
    kept, now = await work.selfies.kept_by_training(), await moment(work.session)
    present = (await work.accounts.mine()).photos_stay_days
    found = 0
    for training in [*await work.trainings.started(), *await work.trainings.in_trash()]:
        goes_at, went_at = photos_go_at(training, days), photos_go_at(training, present)
        is_going_already = training.photos_deleted_at is not None or (went_at is not None and went_at <= now)
        if goes_at is not None and goes_at <= now and not is_going_already:
            found += kept.get(training.id, 0)
    return found


def _require_known(days: int | None) -> None:
    if days not in STAY_DAYS:
        raise UnknownStay(f"{days!r} days")
