"""Reading trainers' logs. The lines are our own, in the forms that real logs were seen to have."""

from __future__ import annotations

from pathlib import Path

import pytest

from portrait_app.adapters.replicate.logs import read_log
from portrait_app.adapters.replicate.phases import LEARNING
from portrait_app.domain.report import Progress

REAL = Path(__file__).parents[3] / "shared" / "replicate" / "logs"
PREFIXES = {"darkroom_train", "flux_train_replicate"}

DARKROOM = """Using seed: 7
Fetching photos
Starting train job
reading photos
darkroom_train:   0%|          | 0/12 [00:00<?, ?it/s]
darkroom_train:  50%|█████     | 6/12 [00:03<00:03,  2.00it/s]
learning texture
darkroom_train:  83%|████████▎ | 10/12 [00:07<00:01,  1.42it/s]
"""

FLUX_SET_UP = """2026-01-02T05:10:35Z | INFO  | [ Initiating ] chunk_size=150M dest=. url=https://weights.example/files.tar
Downloaded base weights in 26.6 seconds
Extracted 5 files from zip to input_images
Caption for input_images/1.jpg: a photo of TOK
Starting train job
# Running job: flux_train_replicate
Loading Flux model
Loading checkpoint shards:  50%|█████     | 2/4 [00:01<00:01,  1.50it/s]
"""
FLUX_BAR = "flux_train_replicate:  {percent}%|███| {done}/{total} [{elapsed}<{left}, {rate}, lr: 4.0e-04 loss: 2.4e-01]"


def read(log: str, steps: int | None = None) -> Progress | None:
    return read_log(log, bar_prefixes=PREFIXES, steps=steps)


def flux(done: int, total: int, left: str, rate: str) -> str:
    return FLUX_SET_UP + FLUX_BAR.format(
        percent=100 * done // total, done=done, total=total, elapsed="10:00", left=left, rate=rate
    )


@pytest.mark.parametrize("log", ["", "\n\r\n", "something else entirely\n"])
def test_a_log_that_tells_nothing_is_not_progress(log: str) -> None:
    assert read(log) is None


def test_the_last_bar_and_the_phase_it_runs_in() -> None:
    assert read(DARKROOM) == Progress(LEARNING, 100 * 10 / 12, 2 / 1.42)
    first_half = DARKROOM.partition("learning texture")[0]
    assert read(first_half) == Progress("Reading your photos", 50.0, 3.0)


def test_carriage_returns_divide_bars_as_newlines_do() -> None:
    assert read(DARKROOM.replace("\n", "\r")) == read(DARKROOM) == read(DARKROOM.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    ("until", "phase"),
    [
        ("Downloaded", "Fetching what is needed"),
        ("Caption for", "Opening your photos"),
        ("Starting", "Describing your photos"),
        ("Loading Flux", "Getting ready"),
        ("Loading checkpoint", "Warming up"),
    ],
)
def test_before_the_first_bar_the_phase_is_named(until: str, phase: str) -> None:
    assert read(FLUX_SET_UP.partition(until)[0]) == Progress(phase)


def test_foreign_bars_mean_nothing_even_when_their_total_is_ours() -> None:
    assert read(FLUX_SET_UP, steps=4) == Progress("Warming up")
    unlabelled = flux(500, 1000, "08:00", "1.0s/it") + "\n 50%|█████ | 14/28 [00:10<00:10,  1.40it/s]\n"
    assert read(unlabelled, steps=28) == Progress(LEARNING, 50.0, 500.0)


@pytest.mark.parametrize(
    ("left", "rate", "seconds"),
    [
        ("09:04", "1.05s/it", 525),
        ("1:46:04", "?it/s", 6364),
        ("48:40:44", "8.77s/it", 4385),
        ("?", "?it/s", None),
        ("?", "2.00it/s", 250),
        ("?", "2.00s/it", 1000),
        ("?", "0.00it/s", None),
        ("04:10", "2.00img/s", 250),
    ],
)
def test_time_left_in_all_its_forms(left: str, rate: str, seconds: float | None) -> None:
    assert read(flux(500, 1000, left, rate)) == Progress(LEARNING, 50.0, seconds)


def test_a_bar_of_as_many_steps_as_were_asked_for_is_believed_under_another_name() -> None:
    log = "Starting train job\nmyrender-v2:  10%|█         | 60/600 [00:10<01:30,  6.00it/s, lr: 1.0e-04]"
    assert read(log, steps=600) == Progress(LEARNING, 10.0, 90.0)
    assert read(log, steps=700) == Progress("Getting ready")


def test_saving_in_between_does_not_hide_that_learning_goes_on() -> None:
    saved = flux(500, 1000, "08:00", "1.0s/it") + "\nSaving at step 500\n"
    assert read(saved) == Progress("Saving your face model", 50.0, 500.0)
    assert read(
        saved + FLUX_BAR.format(percent=60, done=600, total=1000, elapsed="9:00", left="06:00", rate="1s/it")
    ) == (Progress(LEARNING, 60.0, 400.0))


def test_a_bar_cut_off_in_the_middle_is_passed_over() -> None:
    assert read(DARKROOM + "darkroom_train: 100%|████") == read(DARKROOM)
    assert read(DARKROOM + "darkroom_train: 100%|██████████| 0/0 [00:00<?, ?it/s]") == read(DARKROOM)


@pytest.mark.skipif(not REAL.is_dir(), reason="the recorded logs lie outside this repository")
def test_real_logs() -> None:
    def real(number: str) -> str:
        return next(REAL.glob(f"{number}-*")).read_text()

    assert read(real("01"), steps=4) is not None
    assert read(real("02")) == Progress("Warming up")
    assert read(real("03")) == Progress(LEARNING, 100 * 2482 / 3000, 518 * 1.05)
    assert read(real("03"), steps=20000) == read(real("03"))
    assert read(real("04")) is None
    assert read(real("06")) is None
