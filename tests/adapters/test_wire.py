"""Reading jobs' bodies: whatever is missing, null or new."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import Unreadable
from portrait_app.adapters.replicate.troubles import in_words
from portrait_app.adapters.replicate.wire import STATUSES, created_at, is_marked, report_of
from portrait_app.domain.catalogue import ASPECTS, GENERATORS, TRAINERS, VIDEOS, Mark, Trainer, Video
from portrait_app.domain.cause import Cause
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import LONGEST, JobReport
from portrait_app.domain.styles import STYLES
from tests.recordings import RECORDINGS, needed

if TYPE_CHECKING:
    from collections.abc import Mapping

REAL = RECORDINGS / "bodies"


def prediction(**body: Any) -> JobReport:
    return report_of(OrderKind.PREDICTION, {"id": "abc", **body})


def training(**body: Any) -> JobReport:
    return report_of(OrderKind.TRAINING, {"id": "abc", **body})


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


@pytest.mark.parametrize(
    ("error", "cause", "words"),
    [
        (
            "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
            Cause.SAFETY,
            "safety check",
        ),
        (
            "All generated images contained NSFW content. Try running it again with a different prompt.",
            Cause.SAFETY,
            "safety check",
        ),
        ("CUDA out of memory. Tried to allocate 2 GiB", Cause.MEMORY, "out of memory"),
        ("Something (E1001)", Cause.MEMORY, "out of memory"),
        ("Prediction interrupted; please retry (code: PA)", Cause.INTERRUPTED, "interrupted"),
        ("Director: unexpected error handling prediction (E9828)", Cause.INTERRUPTED, "interrupted"),
        ("Timed out in the safety queue (E6716)", Cause.NEVER_STARTED, "too long to start"),
        ('Prediction input failed validation: {"detail":[]}', Cause.BAD_INPUT, "these settings"),
        ("Prediction input failed validation: no JSON {", Cause.BAD_INPUT, "these settings"),
        (
            'Prediction input failed validation: {"detail":[{"loc":["body","input","learning_rate"],"msg":"no"}]}',
            Cause.BAD_INPUT,
            "this learning rate",
        ),
        ("None of the photos shows a face.", Cause.NO_FACE, "No face"),
        ("Deadline exceeded", Cause.TOO_LONG, "took too long"),
        ("The training job has timed out.", Cause.TOO_LONG, "took too long"),
        ("NSFW content detected. Try running it again, or try a different prompt.", Cause.SAFETY, "safety check"),
        ("Your request was rejected by the safety system", Cause.SAFETY, "safety check"),
        ("safety_checker weights failed to load", Cause.UNKNOWN, "engine's side"),
        ("No module named 'nsfw'", Cause.UNKNOWN, "engine's side"),
        ("HTTPSConnectionPool(host='x'): Read timed out. (read timeout=10)", Cause.UNKNOWN, "engine's side"),
        ("Get https://x: context deadline exceeded", Cause.UNKNOWN, "engine's side"),
        ("[Errno 2] No such file or directory: '/src/a.tar'", Cause.UNKNOWN, "engine's side"),
        ("interrupted system call", Cause.UNKNOWN, "engine's side"),
        ("[Errno 30] Read-only file system: 'vocab.json'", Cause.UNKNOWN, "engine's side"),
        ("", Cause.UNKNOWN, "engine's side"),
    ],
)
def test_errors_are_told_apart_and_said_in_words_that_help(error: str, cause: Cause, words: str) -> None:
    report = prediction(status="failed", error=error)
    assert report.cause is cause
    assert report.trouble
    assert words in report.trouble
    assert report.trouble_detail
    assert error in report.trouble_detail


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("flagged as sensitive (E005)", "didn't let these photos pass"),
        ("Prediction input failed validation: []", "what this training was given"),
        ('failed validation: {"detail":[{"loc":["body","input","input_images"]}]}', "these photos"),
        ('failed validation: {"detail":[{"loc":["body","input","steps"]}]}', "these steps"),
    ],
)
def test_of_a_training_nothing_is_said_of_styles_and_shapes(error: str, words: str) -> None:
    said = training(status="failed", error=error).trouble or ""
    assert words in said
    assert "safe" in said
    assert "style" not in said
    assert "shape" not in said


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("kind", OrderKind)
def test_every_cause_is_said_for_every_kind_of_job(kind: OrderKind, cause: Cause) -> None:
    said = in_words(cause, "", kind)
    assert said.endswith(".")
    assert kind is OrderKind.PREDICTION or "style" not in said


@pytest.mark.parametrize(
    ("body", "is_free"),
    [
        ({"status": "aborted"}, True),
        ({"status": "failed", "started_at": None}, True),
        ({"status": "failed", "metrics": {"predict_time": 0}}, True),
        ({"status": "failed", "metrics": {"predict_time": 0.4}}, False),
        ({"status": "failed", "started_at": "2026-11-23T04:00:00Z", "metrics": {}}, False),
        ({"status": "failed"}, False),  # nothing was said of it: it may have cost something
        ({"status": "succeeded", "output": "https://a/1.webp", "metrics": {"predict_time": 0}}, False),
    ],
)
def test_a_failed_job_is_free_only_when_the_engine_shows_that_it_did_nothing(
    body: dict[str, Any], is_free: bool
) -> None:
    assert prediction(**body).is_free is is_free


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


def nested(depth: int) -> object:
    thing: list[object] = []
    for _ in range(depth):
        thing = [thing]
    return thing


@pytest.mark.parametrize(
    "error",
    [
        pytest.param('failed validation: {"detail": ' + "[" * 100_000, id="deep"),
        pytest.param("start" * 2_000_000, id="long"),
        pytest.param("failed validation " + "{" * 2_000_000, id="long and deep"),
        pytest.param(nested(5_000), id="too deep to be written"),
    ],
)
def test_an_error_without_measure_is_read_at_once(error: object) -> None:
    began = time.process_time()
    report = prediction(status="failed", error=error)
    assert time.process_time() - began < 0.5
    assert report.status is OrderStatus.FAILED
    assert report.trouble
    assert len(report.trouble_detail or "") <= LONGEST


def test_what_is_nested_too_deeply_is_as_good_as_nothing() -> None:
    deep = nested(5_000)
    assert prediction(status=deep, logs=deep, created_at=deep).status is OrderStatus.RUNNING
    assert created_at({"created_at": deep}) is None
    assert not is_marked({"input": {"seed": deep}}, "1")
    assert is_marked({"input": {"odd": deep, "zip": "https://engine/f"}}, "https://engine/f")
