"""Trainings as they went, second by second: recorded ones, and some of our own making with the forms of real logs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from portrait_app.adapters.replicate.wire import report_of
from portrait_app.domain import estimate
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.training import Training
from portrait_app.services import timing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from portrait_app.domain.estimate import Usual

RECORDED = Path(__file__).with_name("recorded_trainings.json")
QWEN, FAST = "qwen/qwen-image-lora-trainer", "replicate/fast-flux-trainer"
LOOKS = 60  # how often a log is looked at in a run, if nothing else is said
BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

SET_UP = (
    (0, "2026-01-02T03:04:05Z | INFO  | [ Initiating ] chunk_size=150M dest=. url=https://weights.example/files.tar\n"),
    (26, "Downloaded base weights in 26.6 seconds\nExtracted 12 files from zip to input_images\n"),
    (30, "Caption for input_images/1.jpg: a photo of TOK\n"),
    (60, "Starting train job\n# Running job: flux_train_replicate\nRunning  1 process\nLoading Flux model\n"),
    (90, "Loading checkpoint shards:  50%|█████     | 2/4 [00:01<00:01,  1.50it/s]\r"),
    (100, "Quantizing transformer\nCaching latents to disk: 100%|██████████| 12/12 [00:09<00:00,  1.30it/s]\n"),
)


@dataclass(frozen=True)
class Run:
    """One training: pieces of its log, each with its second, and the second of its end."""

    name: str
    trainer_model: str
    pieces: Sequence[tuple[float, str]]
    ended_s: float
    input: dict[str, Any]

    def news(self, every_s: float, until_s: float) -> list[tuple[float, str]]:
        """The log as it stood each time that somebody asked, with the second."""
        moments = [at * every_s for at in range(int(until_s / every_s) + 1)]
        return [(second, "".join(text for at, text in self.pieces if at <= second)) for second in moments]


def row(usual: Usual) -> Training:
    """A training that has just begun, as `timing.note` leaves it at its first news."""
    training = Training(owner_id=uuid4(), trainer="flux-dev", status=TrainingStatus.LEARNING, started_at=BEGAN)
    begun = estimate.from_past_runs(BEGAN, usual)
    training.ends_at, training.is_estimate = begun.ends_at, begun.is_estimate
    training.usual_most_s, training.tail_s = usual.most_s, usual.tail_s
    return training


def followed(run: Run, usual: Usual, *, until_s: float, every_s: float | None = None) -> Iterator[Training]:
    """The row after each time that somebody looked at the log, until this second of the run."""
    training = row(usual)
    for second, log in run.news(every_s or run.ended_s / LOOKS, until_s):
        report = report_of(OrderKind.TRAINING, {"id": "j", "model": run.trainer_model, "input": run.input, "logs": log})
        if report.progress:
            timing.note_progress(training, report.progress, BEGAN + timedelta(seconds=second))
        yield training


def heard(run: Run, usual: Usual, *, until_s: float, every_s: float | None = None) -> Training:
    """What the row says at this second of the run, when the log was looked at so often."""
    *_, training = followed(run, usual, until_s=until_s, every_s=every_s)
    return training


def error_at(run: Run, usual: Usual, share: float, every_s: float | None = None) -> float:
    """By how much the time left was wrong when this share of the run's time was over, as a share of what was left."""
    at_s = share * run.ended_s
    training = heard(run, usual, until_s=at_s, every_s=every_s)
    assert training.ends_at is not None
    said_s = (training.ends_at - BEGAN).total_seconds() - at_s
    return abs(said_s - (run.ended_s - at_s)) / (run.ended_s - at_s)


def recorded() -> list[Run]:
    """Real trainings of the darkroom (tools/record_trainings.py)."""
    return [
        Run(
            f"darkroom, {run['photos']} photos of {run['megapixels']} MP",
            "darkroom/face-trainer",
            [(at, text) for at, text in run["log"]],
            run["ended_s"],
            {},
        )
        for run in json.loads(RECORDED.read_text())
    ]


def made_up() -> list[Run]:
    """Runs with what makes an end hard to foretell."""
    dice = Random(7)
    buckets = {steps: dice.choice((0.6, 1.0, 1.9)) for steps in range(1, 2001)}
    return [
        _flux("a slow start", 1000, lambda n: 45 if n == 1 else 3 if n < 50 else 1.05),
        _flux("from s/it to it/s", 1000, lambda n: 1.6 if n < 150 else 0.6),
        _flux("from it/s to s/it", 1000, lambda n: 0.7 if n < 250 else 1.4),
        _flux("hours", 3000, lambda _: 4.2),
        _flux("steps of three sizes", 1000, lambda n: buckets[n]),
        _flux("stalls of half a minute", 1000, lambda n: 30 if n % 250 == 0 else 1.05),
        _flux(
            "another trainer's name",
            600,
            lambda _: 1.3,
            label="qwen_lora_1767300000",
            model="qwen/qwen-image-lora-trainer",
        ),
        _flux("two minutes", 1000, lambda _: 0.08, label="Steps", model=FAST, set_up=SET_UP[1:3]),
    ]


def _flux(
    name: str,
    steps: int,
    step_s: Callable[[int], float],
    *,
    label: str = "flux_train_replicate",
    model: str = "ostris/flux-dev-lora-trainer",
    set_up: Sequence[tuple[float, str]] = SET_UP,
) -> Run:
    """A run with tqdm's bar (smoothed rate, whole seconds, drawn once a second at most), and then some saving."""
    pieces, begun = list(set_up), set_up[-1][0] + 10
    now = drawn = float(begun)
    smooth: float | None = None
    for done in range(1, steps + 1):
        now += step_s(done)
        smooth = step_s(done) if smooth is None else 0.3 * step_s(done) + 0.7 * smooth
        if now - drawn >= 1 or done == steps:
            drawn = now
            pieces.append((now, bar(label, done, steps, now - begun, smooth)))
    tail_s = min(30, 0.05 * now)
    pieces.append((now + 1, "\nSaving at step 1000\nSaved to output/model.safetensors\n"))
    return Run(name, model, pieces, now + tail_s, {"steps": steps, "training_steps": steps})


def bar(label: str, done: int, total: int, elapsed_s: float, step_s: float) -> str:
    """A bar as tqdm draws it."""
    rate = f"{step_s:5.2f}s/it" if step_s > 1 else f"{1 / step_s:5.2f}it/s"
    blocks = "█" * (10 * done // total)
    left = clock((total - done) * step_s)
    counts = f"{100 * done // total:3d}%|{blocks:10}| {done}/{total}"
    return f"\r{label}: {counts} [{clock(elapsed_s)}<{left}, {rate}, lr: 4.0e-04 loss: 2.4e-01]"


def clock(seconds: float) -> str:
    """`m:ss`, or `h:mm:ss`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
