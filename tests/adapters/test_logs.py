"""Reading trainers' logs."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.logs import read_log
from portrait_app.adapters.replicate.phases import LEARNING, SAVING
from portrait_app.domain.report import Progress
from tests.adapters.log_lines import DARKROOM, FLUX_BAR, FLUX_SET_UP, flux, read
from tests.recordings import RECORDINGS, needed

if TYPE_CHECKING:
    from collections.abc import Callable

REAL = RECORDINGS / "logs"


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


@pytest.mark.parametrize(
    "bar",
    [
        "latents:  50%|█████     | 500/1000 [00:10<00:10, 50.00it/s]",
        "Caching latents to disk:  50%|█████     | 500/1000 [00:10<00:10, 50.00it/s]",
        "samples:  50%|█████     | 500/1000 [05:00<05:00,  1.66s/it]",
        "Map:  50%|█████     | 500/1000 [00:01<00:01, 498.10 examples/s]",
        "  50%|█████     | 500/1000 [00:01<00:01, 498.10img/s]",
        "  50%|█████     | 500/1000 [00:01<00:01, 2.50s/img]",
        "  0%|          | 0/1000 [00:00<?, ?img/s]",
        "model.safetensors:  50%|█████     | 500/1000 [00:10<00:10, 50.0MB/s]",
    ],
)
def test_a_bar_that_says_what_else_it_counts_is_not_ours_though_it_counts_to_as_many(bar: str) -> None:
    found = read("Starting train job\n" + bar, steps=1000)
    assert found is not None
    assert (found.percent, found.seconds_left) == (None, None)
    ours = "\n 10%|█         | 100/1000 [00:30<04:30,  3.33it/s]\n"
    among_them = read(bar + ours + bar, steps=1000)
    assert among_them is not None
    assert (among_them.percent, among_them.seconds_left) == (10.0, pytest.approx(270, rel=0.01))


def test_saving_in_between_does_not_hide_that_learning_goes_on() -> None:
    saved = flux(500, 1000, "08:00", "1.0s/it") + "\nSaving at step 500\n"
    assert read(saved) == Progress("Saving your face model", 50.0, 500.0)
    assert read(
        saved + FLUX_BAR.format(percent=60, done=600, total=1000, elapsed="9:00", left="06:00", rate="1s/it")
    ) == (Progress(LEARNING, 60.0, 400.0))


def test_a_bar_cut_off_in_the_middle_is_passed_over() -> None:
    assert read(DARKROOM + "darkroom_train: 100%|████") == read(DARKROOM)
    assert read(DARKROOM + "darkroom_train: 100%|██████████| 0/0 [00:00<?, ?it/s]") == read(DARKROOM)


def test_a_job_name_that_ends_in_a_number_is_known_by_its_beginning() -> None:
    log = (
        "INFO:__main__:Starting training: qwen_lora_17\nqwen_lora_17:   5%|▌         | 50/1000 [01:40<31:40,  2.00s/it]"
    )
    assert read_log(log, bar_prefixes={"qwen_lora"}) == Progress(LEARNING, 5.0, 1900.0)
    assert read_log(log, bar_prefixes={""}) == Progress("Getting ready")


def test_foreign_bars_name_the_phase_they_run_in() -> None:
    assert read("Caching latents to disk:  50%|█████     | 6/12 [00:04<00:04,  1.30it/s]") == Progress(
        "Preparing your photos"
    )
    sampling = flux(500, 1000, "08:00", "1.0s/it") + "\nGenerating Images:  25%|██▌       | 1/4 [00:09<00:27,  9.0s/it]"
    assert read(sampling) == Progress("Trying your face model out", 50.0, 500.0)


@pytest.mark.parametrize(
    "stamp",
    [
        *("2026-01-02T05:10:35Z ", "2026-01-02T05:10:35.123456789+00:00 ", "2026-01-02 05:10:35,123: "),
        *("[2026-01-02T05:10+0100] ", "[stderr] ", "[stdout] ", "2026-01-02T05:10:35Z [stderr] "),
    ],
)
def test_lines_that_begin_with_their_time_or_their_stream_are_read_as_without(stamp: str) -> None:
    def stamped(log: str) -> str:
        return "".join(stamp + line for line in log.splitlines(keepends=True))

    for log in (DARKROOM, FLUX_SET_UP.partition("\n")[2], flux(500, 1000, "08:00", "1.0s/it")):
        assert read(stamped(log)) == read(log) is not None
    myrender = "myrender-v2:  10%|█         | 60/600 [00:10<01:30,  6.00it/s, lr: 1.0e-04]"
    assert read(stamp + myrender, steps=600) == Progress(LEARNING, 10.0, 90.0)
    for foreign in ("latents: ", "Loading checkpoint shards: ", "2026-01-02 Map: ", "[stdin] "):
        found = read(f"{stamp}{foreign} 10%|█         | 60/600 [00:10<01:30,  6.00it/s]", steps=600)
        assert (found and found.percent) is None


def test_what_is_written_right_behind_a_bar_is_heard() -> None:
    assert read(flux(1000, 1000, "00:00", "1.0s/it") + "Saving at step 1000") == Progress(SAVING, 100.0, 0.0)
    assert read(flux(1000, 1000, "00:00", "1.0s/it")) == Progress(SAVING, 100.0, 0.0)


def test_a_stall_or_a_slow_start_does_not_make_the_rest_slow() -> None:
    run = [FLUX_BAR.format(percent=0, done=1, total=1000, elapsed="02:00", left="9:00:00", rate="120s/it")]
    for done in range(2, 301):
        seconds = 120 + done + (90 if done > 280 else 0)
        elapsed, rate = f"{seconds // 60:02}:{seconds % 60:02}", "7.50s/it"
        run.append(FLUX_BAR.format(percent=done // 10, done=done, total=1000, elapsed=elapsed, left="9:00", rate=rate))
    read_now = read("\r".join(run))
    assert read_now
    assert read_now.seconds_left == pytest.approx(700, rel=0.01)


def test_a_bar_that_begins_anew_is_read_from_its_new_beginning() -> None:
    log = flux(900, 1000, "01:40", "1.0s/it") + "\n" + flux(20, 1000, "16:20", "1.0s/it")
    assert read(log) == Progress(LEARNING, 2.0, 980.0)


def test_a_terminals_cursor_moves_are_no_part_of_a_name() -> None:
    assert read(
        "\x1b[A\x1b[A" + FLUX_BAR.format(percent=50, done=1, total=2, elapsed="00:01", left="00:01", rate="?it/s")
    )


def test_whatever_a_log_is_made_of_it_is_read_without_an_error() -> None:
    dice = Random(11)
    scraps = [
        DARKROOM,
        FLUX_SET_UP,
        flux(1, 9, "?", "?it/s"),
        "\ud800\0",
        "9" * 5000,
        "1.2.3it/s",
        ":",
        "%|",
        "|",
        "[",
        "<?",
    ]
    for _ in range(500):
        text = "".join(dice.choice(scraps) for _ in range(8))
        start = dice.randrange(len(text) + 1)
        broken = "".join(dice.choice(("", letter, letter, "\r")) for letter in text[start:])
        for log in (text[start:], broken):
            progress = read(log, steps=9)
            assert progress is None or 0 <= (progress.percent or 0) <= 100
            assert progress is None or (progress.seconds_left or 0) >= 0


@pytest.mark.parametrize(
    "line",
    [
        FLUX_BAR.format(percent=1, done=1, total=1000, elapsed="00:01", left="09:00", rate="1s/it") + "\r",
        "Generating Images:  50%|█████     | 2/4 [00:01<00:01,  1.50it/s]\n",
        "some words that nobody knows to read\n",
        ": " * 500 + "%|\n",
        "[stderr] " * 100 + "%|\n",
        "        x%|\n",
        "\n",
        "\x1b[A",
        "flux_train_replicate:  83%|",
        " ",
    ],
    ids=["bars", "foreign", "words", "colons", "streams", "spaces", "nothing", "moves", "half", "one line"],
)
def test_ten_megabytes_are_read_as_soon_as_a_million_numbers_are_added_some_times(line: str) -> None:
    log = line * (10_000_000 // len(line))

    def seconds_of(work: Callable[[], object]) -> float:
        began = time.thread_time()  # what else the machine does is not counted
        work()
        return time.thread_time() - began

    added_s = min(seconds_of(lambda: sum(number for number in range(1_000_000))) for _ in range(3))
    read_s = min(seconds_of(lambda: read(log, steps=1000)) for _ in range(3))
    assert read_s < 5 * added_s  # about twice; looking back again and again is far beyond


def test_a_log_without_its_beginning_is_read_from_the_first_whole_line() -> None:
    bars = flux(500, 1000, "08:00", "1.0s/it") + "\n"
    assert read(("x" * 99 + "\n") * 20_000 + bars) == Progress(LEARNING, 50.0, 500.0)
    assert read(FLUX_BAR[30:] + "\n" + bars) == read(bars)


@needed
def test_real_logs() -> None:
    def real(number: str) -> str:
        return next(REAL.glob(f"{number}-*")).read_text()

    assert read(real("01"), steps=4) is not None
    assert read(real("02")) == Progress("Warming up")
    assert read(real("03")) == Progress(LEARNING, 100 * 2482 / 3000, 518 * 1.05)
    assert read(real("03"), steps=20000) == read(real("03"))
    assert read(real("04")) is None
    assert read(real("06")) is None
