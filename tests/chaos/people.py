"""Orders everything that a plan says, through the services, as people in the rooms would."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from portrait_app.domain.chores import Chore
from portrait_app.domain.consent import VERSION
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.selfie import FEWEST, Selfie, SelfieStatus
from portrait_app.domain.styles import STYLES
from portrait_app.domain.training import Training
from portrait_app.services import consent, generations, trainings
from portrait_app.wiring import open_workshop
from tests.chaos.fate import Course
from tools import newcomers

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.services.work import Desk, Work
    from portrait_app.settings import Settings
    from tests.chaos.fate import JobPlan
    from tests.chaos.plan import Plan
    from tests.chaos.provider import Provider

PEOPLE, IDLE = 10, 2
"""Those who order, and those who don't: a face model of theirs can be deleted, whatever befell all orders."""
FREE, PAID = "darkroom", "flux-dev"
PASSWORD = "twelve letters or more"
ALONE_FOR_S = 60.0  # on a busy machine; what the provider never takes is waited for as long


async def order_everything(settings: Settings, plan: Plan, provider: Provider) -> list[Training]:
    """Write all orders down; return a face model of each person who ordered."""
    async with open_workshop(settings) as workshop:
        people = [await _somebody(workshop.desk, number, provider) for number in range(PEOPLE + IDLE)]
    nameless, others = _mixed(plan)
    await order(settings, people, nameless, provider)
    await _until_ended(nameless, provider)
    await order(settings, people, others, provider)
    return people


async def order(settings: Settings, people: list[Training], jobs: list[JobPlan], provider: Provider) -> None:
    """Write orders down; the provider is told of each one's fate before it can be sent."""
    async with open_workshop(settings) as workshop:
        desk = workshop.desk
        for one in jobs:
            number = int(one.name[1:])
            person = people[number % PEOPLE]
            if one.kind is OrderKind.TRAINING:
                await _train(desk, person.owner_id, one, provider, FREE if one.is_free else PAID)
            else:
                assert (person.trainer == FREE) == one.is_free
                await _paint(desk, person, one, provider, list(STYLES)[number % len(STYLES)])


async def _until_ended(jobs: list[JobPlan], provider: Provider) -> None:
    """Wait until the provider has ended them, if it takes them at all."""
    left, deadline = {one.name for one in jobs}, time.monotonic() + ALONE_FOR_S
    while left and time.monotonic() < deadline:
        await asyncio.sleep(0.1)  # nothing announces it
        left -= {job.plan.name for job in list(provider.jobs.values()) if job.has_ended}


def _mixed(plan: Plan) -> tuple[list[JobPlan], list[JobPlan]]:
    """Trainings and portraits as evenly mixed as can be, so that there are younger ones of either for most of them.

    Those trainings come first, and alone, that don't say any more which face model they made: of one that was called
    off in the same time nobody could tell whether it made that, and whether there was one hung on chance.
    """
    alone = [one for one in plan.trainings if one.course is Course.REMOVED]
    both = ([one for one in plan.trainings if one not in alone], plan.predictions)
    places = [((number + 0.5) / len(jobs), one.name, one) for jobs in both for number, one in enumerate(jobs)]
    return alone, [one for _, _, one in sorted(places, key=lambda place: place[:2])]


async def _somebody(desk: Desk, number: int, provider: Provider) -> Training:
    """Sign a person up who has a face model already."""
    who = await newcomers.signs_up(
        desk, name=f"Ada {number}", email=f"ada{number}@example.com", password=PASSWORD, device="chaos"
    )
    async with desk.for_person(who.owner_id) as work:
        trainer = PAID if number % 2 else FREE
        training = work.trainings.add(
            Training(owner_id=who.owner_id, name="Ada", status=TrainingStatus.READY, trainer=trainer)
        )
    async with desk.for_service(who.owner_id) as work:  # its version is the engine's to say
        training = await work.trainings.get(training.id)
        training.version = provider.add_version(f"known{number}")
    return training


async def _train(desk: Desk, owner_id: UUID, plan: JobPlan, provider: Provider, trainer: str) -> None:
    async with desk.for_person(owner_id) as work:
        await consent.give(work, VERSION)
        draft = await trainings.draft(work)
        for number in range(FEWEST):
            key = f"u/{owner_id}/selfies/{draft.id}-{number}.jpg"
            await work.bucket.put_bytes(key, b"a tiny selfie")
            work.selfies.add(
                Selfie(owner_id=owner_id, training_id=draft.id, filename="a.jpg", status=SelfieStatus.FINE, key=key)
            )
        await work.session.flush()
        await trainings.start(work, draft.id, name=plan.name, trainer=trainer)
        _foretell(work, plan, provider)


async def _paint(desk: Desk, training: Training, plan: JobPlan, provider: Provider, style: str) -> None:
    async with desk.for_person(training.owner_id) as work:
        await generations.order(work, training, style=style, count=len(plan.pictures), aspect="4:5")
        _foretell(work, plan, provider)


def _foretell(work: Work, plan: JobPlan, provider: Provider) -> None:
    """Tell the provider, before this is committed, what shall become of what was just ordered."""
    (order,) = [row for chore, row in work.chores if chore is Chore.SEND_ORDER]
    provider.expect(order, plan)
