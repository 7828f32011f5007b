"""Pictures that ours asked for only once the engine's hour was over: lost then, where the first answer is none.

In chaos that hour lasts some seconds, and a busy machine may take longer from a job's end to the first fetch. What
follows is the product's own rule and no difference: what was lost at an engine that charges nothing is asked for once
more. Both must say so: our rows that it was lost, the provider that it was not asked for sooner. Each is counted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portrait_app.domain.generation import Loss
from tests.chaos.fate import JobPlan, Picture
from tests.chaos.ours import ENGINE_KEEPS

if TYPE_CHECKING:
    from datetime import datetime

    from tests.chaos.harness import House
    from tests.chaos.provider import Provider

    Row = dict[str, Any]

TOO_LATE = "asked for only when its hour was over"
FEW, SHARE = 2, 0.05  # of the pictures that were asked for, whichever is more; none in runs on two busy cores


def as_it_went(house: House, orders: list[Row], plan: JobPlan, provider: Provider) -> JobPlan:
    """Return the plan with those of its pictures gone that were lost to the hour."""
    first = next((row for row in orders if row["status"] == "done" and row["generation_id"]), None)
    if first is None:
        return plan
    is_asked_again = plan.is_free and any(row["tries"] and row["retry_of"] == first["id"] for row in orders)
    pictures = list(plan.pictures)
    for position, picture in enumerate((plan if first is orders[0] else plan.last).made):
        if picture.can_be_had and _is_too_late(provider, first["job_id"], position, first["ended_at"]):
            pictures[position] = Picture.GONE if is_asked_again else _as_our_rows_say(house, first, position, picture)
    provider.faults[TOO_LATE] += sum(one is not was for one, was in zip(pictures, plan.pictures, strict=True))
    return replace(plan, pictures=tuple(pictures))


def too_many(provider: Provider) -> list[str]:
    """Say that more was asked for too late than may be the machine's doing."""
    late, asked = provider.faults[TOO_LATE], len(provider.first_asked)
    return [f"{late} of {asked} pictures were {TOO_LATE}"] if late > max(FEW, SHARE * asked) else []


def _is_too_late(provider: Provider, job_id: str, position: int, ended: datetime) -> bool:
    asked = provider.first_asked.get(f"/outputs/{job_id}/{position}")
    return asked is not None and asked >= (ended + ENGINE_KEEPS).timestamp()


def _as_our_rows_say(house: House, order: Row, position: int, picture: Picture) -> Picture:
    """Say what became of a picture that was asked for so late: it is lost, or came all the same."""
    where = f"generation_id = '{order['generation_id']}' AND position = {position}"
    (asset,) = house.rows(f"SELECT loss FROM app.assets WHERE {where}")
    return {Loss.REMOVED: Picture.GONE, Loss.DAMAGED: Picture.TRUNCATED}.get(asset["loss"], picture)
