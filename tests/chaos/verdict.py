"""Holds our rows and our bucket against what the provider knows and what the plan says; every difference is a line."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

from portrait_app.domain.order import OrderKind
from portrait_app.pictures import open_picture
from portrait_app.services.settling import MOST_CALLS
from tests.chaos import faces, words
from tests.chaos.api import CANCEL_LOST
from tests.chaos.fate import Course, JobPlan, News, Picture, Reply
from tests.chaos.faults import KINDS
from tests.chaos.late import as_it_went, too_many
from tests.chaos.ours import ACCEPTED_WITHIN, CLOCKS_DIFFER, LIST_LAGS
from tests.chaos.pictures import SIZE, made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.harness import House
    from tests.chaos.provider import Provider
    from tests.chaos.server import Running

    Row = dict[str, Any]

ENDS = {
    Course.SUCCEEDS: "done",
    Course.PARTIAL: "done",
    Course.EMPTY: "done",
    Course.FAILS: "failed",
    Course.STUCK: "failed",
    Course.INTERRUPTED: "failed",
    Course.FOREVER: "canceled",
    Course.CALLED_OFF: "canceled",
    Course.VANISHES: "failed",
    Course.AWAY: "done",
    Course.REMOVED: "failed",
}
NO_ANSWER, NOT_NOW = 0, 503
"""What is said to news by a process that has just been killed, and by a new one that can't have the secret yet."""
SAID_TO_TRUE, SAID_TO_FORGED = {200, NO_ANSWER, NOT_NOW}, {400, 401, NO_ANSWER, NOT_NOW}
SAID_TO_IMPOSSIBLE = {401, NO_ANSWER}  # no secret is needed to see that


NEEDLESS = "it was never taken, a list had shown that in time, and it was not ordered again"
LATE, FORGED = "listed too late", "forged news"
ALL_FAULTS = {
    *(str(word) for kind in (Reply, News, Course, Picture) for word in kind),
    *KINDS,
    *("web killed", "worker killed", FORGED, CANCEL_LOST, LATE),
}


def differences(house: House, running: Running) -> list[str]:
    """Everything that is not as it should be; nothing when all is well."""
    provider, teller = running.provider, running.teller
    found = [f"the canary was asked for {path}" for path in running.canary.hits]
    found += [f"{status} was said to forged news, {n} times" for status, n in teller.to_forged.items()
              if status not in SAID_TO_FORGED]  # fmt: skip
    found += [f"{status} was said to what can be no news, {n} times" for status, n in teller.to_impossible.items()
              if status not in SAID_TO_IMPOSSIBLE]  # fmt: skip
    found += [f"{status} was said to true news, {n} times" for status, n in teller.answers.items()
              if status not in SAID_TO_TRUE]  # fmt: skip
    found += [f"the provider itself broke: {what}" for what in provider.broken]
    found += [*_at_the_provider(provider), *faces.differences(house, provider)]
    for first, orders in _chains(house).items():
        plan = provider.plans.get(first)
        who = f"order {first} of nobody knows what"
        if plan is not None:
            kind = "free" if plan.is_free else "paid"
            who = f"{plan.name} ({plan.course}, reply {plan.reply}, news {plan.news}, {kind})"
        if not provider.accepted[str(orders[-1]["id"])]:
            found += [f"{who}: {what}" for what in _of_nothing(house, orders, plan, provider)]
        elif plan is not None:
            plan = as_it_went(house, orders, plan, provider)
            made = _of_result(house, orders, plan.kept, is_ready=plan.last.is_learned)
            said = () if plan.is_in_doubt or plan.is_late else _of_words(house, orders, plan)
            found += [f"{who}: {what}" for what in (*_of_orders(orders, plan, provider), *made, *said)]
    return found + too_many(provider)


def _chains(house: House) -> dict[str, list[Row]]:
    """Orders by the first one's id, each followed by the one that took its place, unless that was never sent.

    The job of the first one may turn up before: then it is the job after all, and nothing else is made.
    """
    chains: dict[str, list[Row]] = defaultdict(list)
    unsent = "retry_of IS NOT NULL AND sent_at IS NULL AND status = 'canceled'"
    for row in house.rows(f"SELECT * FROM app.orders WHERE NOT ({unsent}) ORDER BY id"):
        chains[house.first_of(str(row["id"])) if row["retry_of"] else str(row["id"])].append(row)
    return chains


def _at_the_provider(provider: Provider) -> Iterator[str]:
    for job in provider.jobs.values():
        if not job.has_ended:
            yield f"{job.plan.name} still runs at the provider"
    for order, count in provider.accepted.items():
        if count != 1:
            yield f"order {order} was taken {count} times"
    for name, count in provider.paid.items():
        if count > 2:
            yield f"{name} was made {count} times"
    for file, name in provider.files.items():
        yield f"the upload {name} still lies at the provider as {file}"


def _of_nothing(house: House, orders: list[Row], plan: JobPlan | None, provider: Provider) -> Iterator[str]:
    """Of an order that the provider never took: that is in doubt as long as no list shows otherwise, and then is said.

    Another may be ordered in its place only while nobody was told; so somebody was told before a list had shown it.
    """
    last = orders[-1]
    taken = sum(provider.accepted[str(order["id"])] for order in orders)
    most = 0 if plan is None or plan.again is None else 1  # a first job that cost nothing
    if taken > most:
        yield f"{taken} jobs were made for it, and its last order was never taken"
    is_said = (last["status"] == "in_doubt" and last["doubt"]) or (last["status"] == "failed" and not last["doubt"])
    if not is_said or last["lost_at"] is None or last["job_id"] is not None:
        yield f"it was never taken and is {last['status']}, {last['doubt'] or 'without doubt'}"
    if last["lost_at"] is not None and last["attempts"] < MOST_CALLS and _was_shown(last, provider):
        yield NEEDLESS
    nothing: list[Picture | None] = [None] * (len(plan.pictures) if plan else 1)
    yield from _of_result(house, orders, plan.kept_of_first if plan and taken else nothing, is_ready=False)


def _was_shown(order: Row, provider: Provider) -> bool:
    """Whether a list was read for this very order, whole, more than once, and had come past its time.

    Once may not count: whoever read it may have been killed. Trainings aren't told: their lists begin with no moment.
    """
    since = (order["sent_at"] - CLOCKS_DIFFER).astimezone(UTC).isoformat()
    past, ended = (order["lost_at"] + ACCEPTED_WITHIN + LIST_LAGS + CLOCKS_DIFFER).timestamp(), order["ended_at"]
    reads = [youngest for at, youngest in provider.shown.get(since, ()) if at < ended.timestamp()]
    return sum(youngest > past for youngest in reads) > 1


def _of_orders(orders: list[Row], plan: JobPlan, provider: Provider) -> Iterator[str]:
    last = orders[-1]
    if last["status"] != _end_of(plan):
        yield f"the order is {last['status']}, {last['doubt'] or 'without doubt'}"
    if plan.is_in_doubt:
        if last["doubt"] is None or provider.paid[plan.name] != 1:
            yield f"{provider.paid[plan.name]} jobs were made; the operator is told {last['doubt']}"
        return
    allowed = 1 if plan.again is None else 2  # a second in the place of one that cost nothing
    if provider.paid[plan.name] != allowed:
        yield f"{provider.paid[plan.name]} jobs were made, not {allowed}: {[row['status'] for row in orders]}"
    for order in orders:
        job, was_taken = provider.jobs.get(order["job_id"]), provider.accepted[str(order["id"])]
        if job is not None and job.order != str(order["id"]):
            yield f"order {order['id']} believes to be job {job.id} of order {job.order}"
        if (job is None) == bool(was_taken):
            yield f"order {order['id']} is {order['status']}, and was taken {was_taken} times"


def _end_of(plan: JobPlan) -> str:
    """In which state the last order ends."""
    if plan.is_in_doubt:
        return "in_doubt"
    return "done" if plan.kind is OrderKind.TRAINING and plan.last.is_learned else ENDS[plan.last.course]


def _of_result(house: House, orders: list[Row], kept: list[Picture | None], *, is_ready: bool) -> Iterator[str]:
    """Of what was made: `kept` of portraits, `is_ready` of a face model."""
    if orders[0]["kind"] == OrderKind.TRAINING:
        (row,) = house.rows(f"SELECT * FROM app.trainings WHERE id = '{orders[0]['training_id']}'")
        yield from faces.of_training(house, row, is_ready=is_ready)
        return
    generation = orders[0]["generation_id"]
    (row,) = house.rows(f"SELECT * FROM app.generations WHERE id = '{generation}'")
    assets = house.rows(f"SELECT * FROM app.assets WHERE generation_id = '{generation}' ORDER BY position")
    if (row["status"] == "ready") != any(kept):
        yield f"the order of portraits is {row['status']}"
    if not all(kept) and not row["trouble"]:
        yield "portraits are missing without a word"
    yield from _of_pictures(house, assets, kept)


def _of_words(house: House, orders: list[Row], plan: JobPlan) -> Iterator[str]:
    if orders[0]["kind"] == OrderKind.TRAINING:
        (row,) = house.rows(f"SELECT * FROM app.trainings WHERE id = '{orders[0]['training_id']}'")
        yield from words.of_training(row, plan)
        return
    generation = orders[0]["generation_id"]
    (row,) = house.rows(f"SELECT * FROM app.generations WHERE id = '{generation}'")
    assets = house.rows(f"SELECT * FROM app.assets WHERE generation_id = '{generation}' ORDER BY position")
    yield from words.of_portraits(row, assets, plan)


def _of_pictures(house: House, assets: list[Row], pictures: list[Picture | None]) -> Iterator[str]:
    for asset, kept in zip(assets, pictures, strict=True):
        if asset["status"] != ("kept" if kept else "lost"):
            yield f"picture {asset['position']} is {asset['status']}: {asset['trouble']}; {pictures}"
        elif kept:
            yield from _of_file(house, asset, kept)
        elif not asset["trouble"]:
            yield f"picture {asset['position']} was lost without a word"


def _of_file(house: House, asset: Row, picture: Picture) -> Iterator[str]:
    path = house.folder / "bucket" / asset["key"]
    if not path.exists():
        yield f"picture {asset['position']} is not in the bucket"
    elif path.read_bytes() != made(picture) or open_picture(path).shape[:2] != SIZE[::-1]:
        yield f"picture {asset['position']} is another one"


def faults(running: Running) -> str:
    """What went wrong on the way, in one line: a run in which nothing did proves nothing."""
    provider = running.provider
    plans = [job.plan for job in provider.jobs.values()]
    counts = Counter(str(word) for plan in plans for word in (plan.reply, plan.news, plan.course, *plan.pictures))
    return "; ".join(f"{n} x {what}" for what, n in (counts + provider.faults).most_common())


def unmet(house: House, running: Running) -> set[str]:
    """Every kind of fault that did not happen."""
    provider, teller = running.provider, running.teller
    jobs = [job for job in provider.jobs.values() if job.has_ended]
    met = {str(word) for job in jobs for word in (job.plan.reply, job.plan.news, job.plan.course)}
    met |= {str(picture) for job in jobs if job.output for picture in job.plan.made}
    met |= set(+provider.faults) | {f"{name} killed" for name in +house.kills}
    met |= {FORGED} if teller.to_forged and teller.to_impossible else set()
    met |= {LATE for job in jobs if job.plan.is_late}
    never = {str(News.ONCE), str(News.THRICE), FORGED} if provider.plan.is_silent else set[str]()
    return ALL_FAULTS - met - never
