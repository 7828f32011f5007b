"""The verdict can fail: what it must report is put before it by hand, and what is as it should be as well."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from portrait_app.domain.generation import Loss
from portrait_app.domain.order import OrderKind
from tests.chaos import faces, late, verdict
from tests.chaos.fate import JobPlan, Picture
from tests.chaos.ours import ENGINE_KEEPS
from tests.chaos.plan import Plan
from tests.chaos.provider import Provider

SENT = datetime(2026, 11, 23, 4, tzinfo=UTC)
PAST = SENT + timedelta(seconds=30)  # later than a lost job can have been taken
MODEL = UUID(int=7)


@dataclass
class Rows:
    """A house with these rows of trainings, learned by one job, or deleted by their person."""

    trainings: list[dict[str, Any]]
    deleted: dict[UUID, str] = field(default_factory=dict[UUID, str])

    def rows(self, query: str) -> list[dict[str, Any]]:
        if "job_id" not in query:
            return self.trainings
        return [{"id": row["id"], "version": row["version"], "job_id": "job1"} for row in self.trainings]


def provider() -> Provider:
    async def tell(*_: object) -> None:
        raise AssertionError

    return Provider(Plan(1), "http://provider", tell)


def said(house: Rows, there: Provider) -> list[str]:
    return list(faces.differences(cast("Any", house), there))


def learned(there: Provider, *, by: str = "t1", is_deleted: bool = False) -> dict[str, Any]:
    """A training whose job made a face model, by this plan's name; its own is t1."""
    version = there.add_version(by)
    there.jobs["job1"] = cast("Any", SimpleNamespace(plan=JobPlan("t1", OrderKind.TRAINING)))
    row = {"id": MODEL, "name": "t1", "version": version, "removal_asked_at": None, "status": "ready", "trouble": None}
    if is_deleted:
        del there.versions[version.rpartition(":")[2]]
        row |= {"version": None, "removal_asked_at": SENT}
    return row


def test_a_face_model_that_its_person_deleted_is_excused_and_still_held_against_who_made_it() -> None:
    there = provider()
    house = Rows([learned(there, is_deleted=True)])
    (version,) = there.made
    house.deleted[MODEL] = f"chaos/faces:{version}"
    assert said(house, there) == []
    assert list(faces.of_training(cast("Any", house), house.trainings[0], is_ready=True)) == []
    there.made[version] = "t2"
    assert said(house, there) == ["t1 was given the face model of t2"]


def test_a_face_model_that_went_without_its_persons_wish_is_no_excuse() -> None:
    there = provider()
    house = Rows([learned(there, is_deleted=True)])
    assert "the face model t1 was deleted by nobody" in said(house, there)
    (difference,) = faces.of_training(cast("Any", house), house.trainings[0], is_ready=True)
    assert difference == "the training is ready with None"


@pytest.mark.parametrize(
    ("by", "is_theirs", "differences"),
    [("t1", True, 0), ("t2", True, 1), ("t1", False, 2)],
    ids=["as it should be", "another's", "a name that the provider never gave"],
)
def test_whose_a_face_model_is_is_held_against_the_provider(by: str, *, is_theirs: bool, differences: int) -> None:
    there = provider()
    row = learned(there, by=by)
    house = Rows([row if is_theirs else row | {"version": "chaos/faces:unheard-of"}])
    assert len(said(house, there)) >= differences
    assert bool(said(house, there)) is bool(differences)


def never_taken(there: Provider, **fields: Any) -> list[str]:
    """What is said of an order that the provider never took."""
    row = {"id": uuid4(), "status": "in_doubt", "doubt": "nobody knows", "sent_at": SENT, "job_id": None, "attempts": 1}
    row |= {"lost_at": SENT + timedelta(seconds=1), "ended_at": SENT + timedelta(seconds=60), "kind": "prediction"}
    row |= {"generation_id": uuid4(), **fields}
    generation = {"status": "in_doubt", "trouble": "It isn't known."}
    asset = {"position": 0, "status": "lost", "trouble": "in doubt"}
    house = SimpleNamespace(rows=lambda query: [asset] if "assets" in query else [generation])
    return list(verdict._of_nothing(cast("Any", house), [row], None, there))


def shown(there: Provider, *, at: datetime, youngest: datetime, times: int = 2) -> None:
    """Have a list read for that order, so often, whose youngest job is so old."""
    since = (SENT - verdict.CLOCKS_DIFFER).isoformat()
    there.shown[since] += [(at.timestamp(), youngest.timestamp())] * times


def test_a_needless_doubt_is_reported() -> None:
    there = provider()
    shown(there, at=SENT + timedelta(seconds=40), youngest=PAST)
    assert never_taken(there) == [verdict.NEEDLESS]


@pytest.mark.parametrize(
    "read",
    [
        {"at": SENT + timedelta(seconds=40), "youngest": SENT + timedelta(seconds=2)},
        {"at": SENT + timedelta(seconds=61), "youngest": PAST},
        {"at": SENT + timedelta(seconds=40), "youngest": PAST, "times": 1},
    ],
    ids=["it had not come past", "it was read after the end", "whoever read it may have been killed"],
)
def test_a_doubt_that_no_list_could_settle_is_as_it_should_be(read: dict[str, Any]) -> None:
    there = provider()
    shown(there, **read)
    assert never_taken(there) == []
    assert never_taken(there, status="done", doubt=None) != []


GONE_S = ENGINE_KEEPS.total_seconds()


@pytest.mark.parametrize(
    ("after_s", "is_free", "made", "became"),
    [
        (GONE_S + 1, True, 2, Picture.GONE),
        (GONE_S - 1, True, 2, Picture.FLAKY),
        (GONE_S + 1, True, 1, Picture.TRUNCATED),
        (GONE_S + 1, False, 2, Picture.TRUNCATED),
    ],
    ids=[
        "too late and asked again",
        "in time and asked again",
        "too late and lost",
        "never asked again where it costs",
    ],
)
def test_a_picture_is_lost_to_the_hour_only_if_it_was_not_asked_for_in_it(
    after_s: float, *, is_free: bool, made: int, became: Picture
) -> None:
    there = provider()
    plan = JobPlan("p0", OrderKind.PREDICTION, pictures=(Picture.FLAKY, Picture.WEBP), is_free=is_free)
    first = {"id": 1, "status": "done", "generation_id": 7, "job_id": "j", "ended_at": SENT, "tries": 0}
    orders = [first | {"retry_of": None}, {"id": 2, "status": "done", "tries": 1, "retry_of": 1}][:made]
    there.first_asked = {"/outputs/j/0": SENT.timestamp() + after_s, "/outputs/j/1": SENT.timestamp()}
    house = SimpleNamespace(rows=lambda _: [{"loss": Loss.DAMAGED}])
    assert late.as_it_went(cast("Any", house), orders, plan, there).pictures == (became, Picture.WEBP)
    assert there.faults[late.TOO_LATE] == (became is not Picture.FLAKY)


@pytest.mark.parametrize(("late_ones", "asked", "is_wrong"), [(2, 3, False), (3, 59, True), (3, 60, False)])
def test_more_than_a_few_pictures_that_were_asked_for_too_late_are_a_difference(
    late_ones: int, asked: int, *, is_wrong: bool
) -> None:
    there = provider()
    there.faults[late.TOO_LATE] = late_ones
    there.first_asked = {f"/outputs/j/{number}": 0.0 for number in range(asked)}
    assert bool(late.too_many(there)) is is_wrong
