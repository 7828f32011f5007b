"""The time left, held against how trainings really went, and kept in the row whatever way the news came."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select, text

from portrait_app.adapters.replicate.logs import read_log
from portrait_app.database.address import Role
from portrait_app.database.news import listen
from portrait_app.domain import estimate
from portrait_app.domain.clock import now
from portrait_app.domain.estimate import Usual
from portrait_app.domain.events import News
from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import Order
from portrait_app.domain.report import JobReport, Progress
from portrait_app.domain.training import Training
from portrait_app.services import progress, timing, trainings
from portrait_app.web.views import time_left
from tests.recordings import RECORDINGS, needed
from tests.services.replays import BEGAN, error_at, followed, heard, made_up, recorded, row

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House

REAL = RECORDINGS / "logs"
AT_MOST = 0.25
TWENTY_MINUTES = Usual(20 * 60)
RUNS = {run.name: run for run in recorded() + made_up()}


@pytest.mark.parametrize("name", sorted(RUNS))
def test_half_way_through_the_time_left_is_right_within_a_quarter(name: str) -> None:
    assert error_at(RUNS[name], TWENTY_MINUTES, 0.5) <= AT_MOST


@pytest.mark.parametrize("name", ["a slow start", "hours", "steps of three sizes", "stalls of half a minute"])
def test_it_is_right_although_news_came_four_times_only(name: str) -> None:
    assert error_at(RUNS[name], TWENTY_MINUTES, 0.5, every_s=RUNS[name].ended_s / 8) <= AT_MOST


@needed
def test_half_way_through_a_real_bar_the_time_left_is_right_within_a_quarter() -> None:
    log = next(REAL.glob("04-*")).read_text()
    half = log[: log.index("26/50")]  # 50 steps at 17.09 it/s: half of the time is over at step 25
    read = read_log(half + "26/50 [00:01<00:01, 17.20it/s]", bar_prefixes=set(), steps=50)
    assert read is not None
    assert read.seconds_left == pytest.approx(24 / 17.09, rel=AT_MOST)


@pytest.mark.parametrize("name", sorted(RUNS))
def test_percent_never_goes_back_and_is_not_full_before_the_end(name: str) -> None:
    run = RUNS[name]
    rows = followed(run, TWENTY_MINUTES, until_s=run.ended_s, every_s=run.ended_s / 30)
    seen = [training.percent for training in rows]
    assert seen == sorted(seen)
    assert seen[-1] == timing.MOST_BEFORE_THE_END


NUMBERS = st.integers(0, 10**10).map(str) | st.sampled_from(["0", "1", "999999999", "00000001", "-1", "nan", "1e9"])
TIMES = st.sampled_from(["?", "00:00", "00:07", "99:99", "999999:99:99", "-1:00"])
PACES = NUMBERS | st.sampled_from(["0.00", "0.000000001", "999999999.99"])
RATES = st.builds("{}{}".format, PACES, st.sampled_from(["s/it", "it/s"]))
BARS = st.builds("flux_train_replicate:  5%|x| {}/{} [{}<{}, {}]".format, NUMBERS, NUMBERS, TIMES, TIMES, RATES)


@given(bars=st.lists(BARS, min_size=1, max_size=6), tail_s=st.floats(0, 1e300))
@example(bars=["flux_train_replicate:  10%|x| 100/1000 [00:07<?, 999999999.99s/it]"], tail_s=0.0)
@example(bars=["flux_train_replicate:  10%|x| 1000/1000 [00:07<00:00, 1it/s]"], tail_s=float("inf"))
@settings(deadline=None)
def test_whatever_a_bar_says_the_end_is_between_now_and_a_week_from_now(bars: list[str], tail_s: float) -> None:
    training = row(TWENTY_MINUTES)
    training.tail_s = tail_s
    for at in range(len(bars)):
        read = read_log("\r".join(bars[: at + 1]), bar_prefixes={"flux_train_replicate"})
        if read is not None:
            timing.note_progress(training, read, BEGAN)
    assert training.ends_at is not None
    assert 0 <= (training.ends_at - BEGAN).total_seconds() <= estimate.LONGEST_S
    assert 0 <= training.percent <= timing.MOST_BEFORE_THE_END


def test_past_runs_of_any_length_are_no_error() -> None:
    for usual_s in (float("nan"), float("inf"), -1.0, 1e300):
        expected = estimate.from_past_runs(BEGAN, Usual(usual_s))
        assert 0 <= expected.seconds_left(BEGAN) <= estimate.LONGEST_S


def test_between_two_pieces_of_news_it_counts_down_by_itself() -> None:
    training = heard(RUNS["hours"], TWENTY_MINUTES, until_s=6000)
    seen = BEGAN + timedelta(seconds=6000)
    assert time_left(training, seen) == "about 1 h 52 min left"
    assert time_left(training, seen + timedelta(minutes=10)) == "about 1 h 42 min left"


def test_a_bar_that_stands_still_is_late_in_the_end_and_not_forever_almost_done() -> None:
    training = row(TWENTY_MINUTES)
    for second in range(0, 4000, 2):
        timing.note_progress(training, Progress("Learning", 50, 60), BEGAN + timedelta(seconds=second))
    assert time_left(training, BEGAN + timedelta(seconds=61)) == "any moment now"
    assert time_left(training, BEGAN + timedelta(seconds=4000)) == "taking longer than expected"


def test_before_the_bar_is_warm_the_time_is_an_estimate_and_says_so() -> None:
    training = row(TWENTY_MINUTES)
    timing.note_progress(training, Progress("Learning", 1, 99999), BEGAN)
    assert time_left(training, BEGAN) == "about 20 min, an estimate"
    timing.note_progress(training, Progress("Learning", 3, 970), BEGAN + timedelta(seconds=30))
    assert time_left(training, BEGAN + timedelta(seconds=30)) == "about 16 min left"


def test_an_estimate_that_is_over_tells_what_is_usual_and_is_never_nought() -> None:
    over = BEGAN + timedelta(minutes=21)
    known = row(replace(TWENTY_MINUTES, most_s=26.2 * 60))
    assert time_left(known, over) == "taking longer than usual (usually up to 27 min)"
    assert time_left(row(TWENTY_MINUTES), over) == "taking longer than usual (usually about 20 min)"


def test_what_the_usual_tail_takes_is_added_to_the_bar() -> None:
    training = row(replace(TWENTY_MINUTES, tail_s=60))
    timing.note_progress(training, Progress("Learning", 50, 600), BEGAN)
    assert time_left(training, BEGAN) == "about 11 min left"
    timing.note_progress(training, Progress("Saving", 100, 0), BEGAN + timedelta(seconds=600))
    timing.note_progress(training, Progress("Saving", 100, 0), BEGAN + timedelta(seconds=630))
    assert time_left(training, BEGAN + timedelta(seconds=640)) == "about 20 s left"
    assert training.stepped_at == BEGAN + timedelta(seconds=600)


def test_old_news_takes_nothing_back() -> None:
    training = row(TWENTY_MINUTES)
    timing.note_progress(training, Progress("Learning", 50, 600), BEGAN)
    for old in (Progress("Warming up"), Progress("Learning", 40, 900)):
        timing.note_progress(training, old, BEGAN)
    assert (training.phase, training.percent) == ("Learning", 50)
    assert time_left(training, BEGAN) == "about 10 min left"


async def test_the_first_news_brings_the_catalogues_figure(house: House) -> None:
    ada = await house.somebody("Ada")
    training = await _learning(house, ada)
    assert time_left(training, training.started_at or now()) == "about 30 s, an estimate"
    async with house.desk.for_person(ada) as work:
        again = await work.trainings.get(training.id)
        again.status = TrainingStatus.FAILED
    async with house.desk.for_person(ada) as work:
        draft = await trainings.retry(work, training.id)
    assert (draft.ends_at, draft.percent) == (None, 0)


async def test_open_tabs_look_again_while_nothing_is_heard(house: House, address: Address) -> None:
    ada = await house.somebody("Ada")
    training = await _learning(house, ada)
    await house.ready_model(ada)
    async with contextlib.aclosing(listen(address)) as news:
        assert await anext(news) is None
        async with house.desk.for_person(ada) as work:
            await timing.run_down(work)
            await work.tell("account", ada)
        told = [await anext(news), await anext(news)]
    assert told == [News(ada, "training", training.id), News(ada, "account", ada)]


async def test_from_three_runs_on_the_estimate_is_this_installations_own(house: House) -> None:
    for seconds, expected in (((60, 180), Usual(30)), ((120,), Usual(120, 168, 20))):
        await _ended(house, seconds, tail_s=20)
        async with house.desk.for_service(await house.somebody()) as work:
            assert await timing.usual_of(work, "darkroom") == expected
            assert await timing.usual_of(work, "one that was taken out") is None


async def test_what_past_runs_took_tells_nothing_of_anybody(house: House) -> None:
    await _ended(house, (60, 60, 60), tail_s=1)
    stranger = await house.somebody("Eve")
    async with house.desk.for_service(stranger) as work:
        assert (await work.session.scalars(select(col(Training.id)))).all() == []
        found = (await work.session.execute(text("SELECT * FROM app.usual_training('darkroom')"))).mappings().all()
    assert [dict(line) for line in found] == [{"middle_s": 60, "most_s": 60, "tail_s": 1}]
    async with house.desk.for_nobody(Role.SERVICE) as session:
        assert (await session.execute(text("SELECT count(*) FROM app.trainings"))).scalar() == 0


async def _learning(house: House, owner_id: UUID) -> Training:
    """A training of which the engine has said that it has begun, and nothing more."""
    training, order_id = await house.training_begun(owner_id)
    async with house.desk.for_service(owner_id) as work:
        await progress.hear(work, order_id, JobReport("j1", OrderStatus.STARTING))
        assert (await work.session.get(Order, order_id)) is not None
    async with house.desk.for_person(owner_id) as work:
        return await work.trainings.get(training.id)


async def _ended(house: House, seconds: tuple[float, ...], *, tail_s: float) -> None:
    """Trainings of somebody that took so long, and so long after their last step."""
    owner_id = await house.somebody()
    for took in seconds:
        model = await house.ready_model(owner_id)
        async with house.desk.for_person(owner_id) as work:
            training = await work.trainings.get(model.id)
            training.started_at, training.ended_at = BEGAN, BEGAN + timedelta(seconds=took)
            training.stepped_at = training.ended_at - timedelta(seconds=tail_s)
