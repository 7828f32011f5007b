"""One run: a provider with its plan and our house beside it; everything is ordered, killed, awaited and compared."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.chaos.figures import delays
from tests.chaos.harness import our_house, until_ended
from tests.chaos.people import order, order_everything
from tests.chaos.server import provider
from tests.chaos.verdict import differences, faults, unmet
from tests.chaos.wishes import delete_some, people_about

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.plan import Plan


# Times that more is ordered for what has befallen nobody: an order that the provider never took met with nothing.
MOST_MORE = 3


@dataclass(frozen=True)
class Outcome:
    """What a run came to: `differences` is empty when all is well; `told` is for whoever reads along.

    `unmet` are the kinds of faults that nothing fell victim to: of those the run proves nothing.
    """

    differences: list[str]
    told: str
    unmet: set[str]


async def run(folder: Path, plan: Plan, *, within_s: float = 300) -> Outcome:
    """Run a plan to its end, or until nothing more has ended for so many seconds; a calm one without any kill."""
    began = time.monotonic()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with provider(plan, folder.parent) as running, our_house(folder, running) as house:
        running.provider.first_of, running.provider.order_of = house.first_of, house.order_of
        running.provider.is_ours = house.names_job
        house.start()
        await house.answers()
        people = await order_everything(house.settings, plan, running.provider)
        dice = None if plan.is_calm else plan.dice("kills")
        async with people_about(house, running.provider):
            left = await until_ended(house, plan, dice, within_s)
            for _ in range(0 if plan.is_calm else MOST_MORE):
                if left or not (more := plan.more_for(unmet(house, running))):
                    break
                await order(house.settings, people, more, running.provider)
                left = await until_ended(house, plan, dice, within_s)
        kept = await delete_some(house, running.provider)
        took_s = time.monotonic() - began
        await asyncio.to_thread(running.do, running.teller.settled())
        told = (
            f"seed {plan.seed}: {plan.jobs} jobs in {took_s:.0f} s, {house.kills.total()} kills; {faults(running)}.\n"
            f"{delays(house, running.provider)}"
        )
        unfinished = [f"{count} {name} had not ended" for name, count in left.items()]
        return Outcome(unfinished + kept + differences(house, running), told, unmet(house, running))
