"""Why a job failed: told apart by the engine's own words, and said in ours."""

from __future__ import annotations

import time
from typing import Any

import pytest

from portrait_app.adapters.replicate.troubles import in_words
from portrait_app.adapters.replicate.wire import report_of
from portrait_app.domain.cause import Cause
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import LONGEST, JobReport


def prediction(**body: Any) -> JobReport:
    return report_of(OrderKind.PREDICTION, {"id": "abc", **body})


def training(**body: Any) -> JobReport:
    return report_of(OrderKind.TRAINING, {"id": "abc", **body})


def nested(depth: int) -> object:
    thing: list[object] = []
    for _ in range(depth):
        thing = [thing]
    return thing


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
