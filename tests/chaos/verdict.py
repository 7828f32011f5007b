"""Holds our rows and our bucket against what the provider knows and what the plan says; every difference is a line."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from portrait_app.domain.order import OrderKind
from portrait_app.pictures import open_picture
from tests.chaos.pictures import SIZE, made
from tests.chaos.plan import Course, JobPlan, Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.harness import House
    from tests.chaos.provider import Provider
    from tests.chaos.server import Running

ORDER_ENDS = {
    Course.SUCCEEDS: "done",
    Course.PARTIAL: "done",
    Course.EMPTY: "done",
    Course.FAILS: "failed",
    Course.STUCK: "failed",
    Course.VANISHES: "failed",
    Course.REMOVED: "failed",
}
MAY_BE_SAID_TO_FORGED = {400, 401, 403, 0, 503}
"""0: the web process was killed just then. 503: it was new and could not have the secret yet."""


def differences(house: House, running: Running) -> list[str]:
    """Everything that is not as it should be; nothing when all is well."""
    provider = running.provider
    orders = {str(row["id"]): row for row in house.rows("SELECT * FROM app.orders")}
    assets: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in house.rows("SELECT * FROM app.assets ORDER BY position"):
        assets[str(row["generation_id"])].append(row)
    trainings = {str(row["id"]): row for row in house.rows("SELECT * FROM app.trainings")}
    found = [f"the canary was asked for {path}" for path in running.canary.hits]
    found += [f"{status} was said to forged news {n} times" for status, n in running.teller.to_forged.items()
              if status not in MAY_BE_SAID_TO_FORGED]  # fmt: skip
    found += [f"{status} was said to true news {n} times" for status, n in running.teller.answers.items()
              if (status >= 500 and status != 503) or 400 <= status < 500]  # fmt: skip
    found += [f"the provider itself broke: {what}" for what in provider.broken]
    found += _at_the_provider(provider)
    for order in orders.values():
        plan = provider.plans.get(str(order["id"]))
        if plan is None:
            found.append(f"order {order['id']} is {order['status']} and never reached the provider")
            continue
        who = f"{plan.name} ({plan.course}, reply {plan.reply}, news {plan.news})"
        found += [f"{who}: {what}" for what in _of_order(order, plan, provider)]
        if plan.kind is OrderKind.TRAINING:
            found += [f"{who}: {what}" for what in _of_training(trainings[str(order["training_id"])], plan)]
        else:
            rows = assets[str(order["generation_id"])]
            found += [f"{who}: {what}" for what in _of_pictures(house, rows, plan)]
    return found


def _at_the_provider(provider: Provider) -> Iterator[str]:
    for job in provider.jobs.values():
        if not job.has_ended:
            yield f"{job.plan.name} still runs at the provider"
    for order, count in provider.accepted.items():
        if count != 1:
            yield f"{provider.plans[order].name} was paid {count} times ({provider.plans[order]})"
    for file, name in provider.files.items():
        yield f"the upload {name} still lies at the provider as {file}"


def _of_order(order: dict[str, Any], plan: JobPlan, provider: Provider) -> Iterator[str]:
    if order["status"] != ORDER_ENDS[plan.course]:
        yield f"the order is {order['status']}"
    if provider.accepted[str(order["id"])] == 0:
        yield "the provider never took it"
    known = provider.jobs.get(order["job_id"])
    if known is None or known.order != str(order["id"]):
        yield f"the order believes to be job {order['job_id']}"


def _of_training(training: dict[str, Any], plan: JobPlan) -> Iterator[str]:
    is_ready = plan.course is Course.SUCCEEDS
    if (training["status"] == "ready") != is_ready or (training["version"] is not None) != is_ready:
        yield f"the training is {training['status']} with {training['version']}"
    if not is_ready and not training["trouble"]:
        yield "the training failed without a word"


def _of_pictures(house: House, assets: list[dict[str, Any]], plan: JobPlan) -> Iterator[str]:
    for asset, picture, is_kept in zip(assets, plan.pictures, kept_by(plan), strict=True):
        if (asset["status"] == "kept") != is_kept:
            yield f"picture {asset['position']} ({picture}) is {asset['status']}: {asset['trouble']}"
        elif is_kept:
            yield from _of_file(house, asset, picture)
        elif not asset["trouble"]:
            yield f"picture {asset['position']} ({picture}) was lost without a word"


def _of_file(house: House, asset: dict[str, Any], picture: Picture) -> Iterator[str]:
    path = house.folder / "bucket" / asset["key"]
    if not path.exists():
        yield f"picture {asset['position']} is not in the bucket"
    elif path.read_bytes() != made(picture) or open_picture(path).shape[:2] != SIZE[::-1]:
        yield f"picture {asset['position']} is another one"


def kept_by(plan: JobPlan) -> list[bool]:
    """Whether each picture of a job can be had."""
    held_back = {Course.SUCCEEDS: 0, Course.PARTIAL: 1}.get(plan.course, len(plan.pictures))
    made_ones = len(plan.pictures) - held_back
    return [number < made_ones and picture.can_be_had for number, picture in enumerate(plan.pictures)]


def faults(running: Running) -> str:
    """What went wrong on the way, in one line: a run in which nothing did proves nothing."""
    provider = running.provider
    plans = [job.plan for job in provider.jobs.values()]
    counts = Counter(str(word) for plan in plans for word in (plan.reply, plan.news, plan.course, *plan.pictures))
    return "; ".join(f"{n} x {what}" for what, n in (counts + provider.faults).most_common())
