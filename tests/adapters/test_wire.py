"""Reading jobs' bodies: whatever is missing, null or new."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import Unreadable
from portrait_app.adapters.replicate.wire import STATUSES, created_at, is_marked, report_of
from portrait_app.domain.catalogue import ASPECTS, GENERATORS, TRAINERS, VIDEOS, Mark, Trainer, Video
from portrait_app.domain.cause import Cause
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.domain.styles import STYLES
from tests.adapters.test_troubles import nested, prediction, training
from tests.recordings import RECORDINGS, needed

if TYPE_CHECKING:
    from collections.abc import Mapping

REAL = RECORDINGS / "bodies"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("starting", OrderStatus.STARTING),
        ("processing", OrderStatus.RUNNING),
        ("succeeded", OrderStatus.DONE),
        ("failed", OrderStatus.FAILED),
        ("canceled", OrderStatus.CANCELED),
        ("aborted", OrderStatus.FAILED),
        ("dreaming", OrderStatus.RUNNING),
        (None, OrderStatus.RUNNING),
    ],
)
def test_every_status_has_its_place_and_a_new_one_is_not_an_end(status: Any, expected: OrderStatus) -> None:
    report = prediction(status=status, output="https://replicate.delivery/x/out.webp")
    assert report.status is expected
    assert (report.trouble is not None) is (expected is OrderStatus.FAILED)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (None, ()),
        ("https://a/1.webp", ("https://a/1.webp",)),
        (["https://a/1.webp", "https://a/2.webp"], ("https://a/1.webp", "https://a/2.webp")),
        (["https://a/1.webp", None, 3, ""], ("https://a/1.webp",)),
        ({"file": "https://a/1.webp"}, ()),
    ],
)
def test_outputs_are_one_address_or_several(output: Any, expected: tuple[str, ...]) -> None:
    assert prediction(status="processing", output=output).outputs == expected


def test_a_body_with_nothing_but_an_id_is_read() -> None:
    assert prediction() == JobReport("abc", OrderStatus.RUNNING)
    assert training(logs=None, input=None, output=None, metrics={}) == JobReport("abc", OrderStatus.RUNNING)


@pytest.mark.parametrize("body", [{}, {"id": None}, {"id": 7}, {"id": ""}, [], "abc", None])
def test_a_body_without_an_id_is_no_job(body: Any) -> None:
    with pytest.raises(Unreadable):
        report_of(OrderKind.TRAINING, body)


def test_a_training_without_a_face_model_has_failed() -> None:
    assert training(status="succeeded", output={"version": "a/b:c"}).version == "a/b:c"
    assert training(status="succeeded", output={}).cause is Cause.NO_MODEL


def test_pictures_that_were_removed_before_we_came_are_said_to_be_gone() -> None:
    report = prediction(status="succeeded", output=None, data_removed=True)
    assert (report.status, report.cause) == (OrderStatus.FAILED, Cause.GONE)
    assert prediction(status="succeeded", output=[]).status is OrderStatus.DONE  # all were held back; none are missing


def test_a_log_is_read_without_the_model_being_named() -> None:
    bar = "darkroom_train:  50%|█████     | 6/12 [00:03<00:03,  2.00it/s]"
    report = training(status="processing", logs=bar)
    assert report.progress
    assert report.progress.percent == 50


def test_a_fingerprint_is_the_seed_or_a_files_address() -> None:
    assert is_marked({"input": {"seed": 12}}, "12")
    assert not is_marked({"input": {"seed": 123}}, "12")
    assert not is_marked({"input": {"steps": 12}}, "12")
    assert not is_marked({"input": None}, "12")
    for url in ("https://e/files/1", "https://e/files/1/download?expiry=9", "https://e/files/1?x=1"):
        assert is_marked({"input": {"input_images": url, "steps": 3}}, "https://e/files/1")
    assert not is_marked({"input": {"input_images": "https://e/files/12"}}, "https://e/files/1")


def job_of(entry: Any, number: int) -> tuple[dict[str, Any], str]:
    """The input of a job, and what marks it as ours by the entry's own word."""
    url = f"https://engine/v1/files/{number}"
    if isinstance(entry, Trainer):
        return entry.given(photos_url=url, seed=number), url
    if isinstance(entry, Video):
        length, size = next(iter(entry.lengths)), next(iter(entry.sizes))
        given = entry.given(frame_url=url, prompt="a smile", seconds=length, size=size, seed=number)
        return given, url if entry.mark is Mark.FILE else str(number)
    style = next(iter(STYLES.values()))
    return entry.given(style=style, prompt="TOK", aspect=ASPECTS["1:1"], count=1, seed=number), str(number)


@pytest.mark.parametrize("shelf", [TRAINERS, GENERATORS, VIDEOS], ids=["trainers", "portraits", "videos"])
def test_a_job_of_every_model_is_known_by_the_mark_that_its_entry_names(shelf: Mapping[str, Any]) -> None:
    for entry in shelf.values():
        mine, mark = job_of(entry, 7)
        others, _ = job_of(entry, 8)
        assert is_marked({"input": mine}, mark), entry.key
        assert not is_marked({"input": others}, mark), entry.key


@pytest.mark.parametrize("text", ["2026-11-23T04:00:00Z", "2026-11-23T04:00:00.1Z", "2026-11-23T04:00:00.123456789Z"])
def test_moments_have_any_number_of_digits(text: str) -> None:
    moment = created_at({"created_at": text})
    assert moment
    assert moment.tzinfo
    assert created_at({"created_at": "soon"}) is None


@needed
def test_real_bodies() -> None:
    for path in REAL.glob("aiproxy-training-*.json"):
        report = training(**json.loads(path.read_text()))
        assert report.status is STATUSES[path.stem.rpartition("-")[2]]
    for path in REAL.glob("cog*-webhooks.jsonl"):
        reports = [prediction(**json.loads(line)["body"]) for line in path.read_text().splitlines()]
        assert any(report.status.is_final for report in reports)


def test_what_is_nested_too_deeply_is_as_good_as_nothing() -> None:
    deep = nested(5_000)
    assert prediction(status=deep, logs=deep, created_at=deep).status is OrderStatus.RUNNING
    assert created_at({"created_at": deep}) is None
    assert not is_marked({"input": {"seed": deep}}, "1")
    assert is_marked({"input": {"odd": deep, "zip": "https://engine/f"}}, "https://engine/f")


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1969-12-31T00:00:00Z"])
def test_a_moment_that_no_job_can_have_had_is_none(moment: str) -> None:
    """Reckoned with, it would be beyond the calendar."""
    assert created_at({"created_at": moment}) is None
    body = {"status": "succeeded", "data_removed": True, "created_at": "2026-01-01T00:00:00Z", "completed_at": moment}
    report = training(**body)
    assert (report.cause, report.lasted) == (Cause.UNNAMED, None)
