"""Bars look as tqdm's do."""

from __future__ import annotations

from itertools import count

from portrait_app.darkroom.logs import Bar


def test_a_bar_says_how_far_how_long_and_how_fast() -> None:
    moments = iter([0.0, 7.04])
    bar = Bar("darkroom_train", 12, seconds=lambda: next(moments))
    assert bar.draw(10) == "darkroom_train:  83%|████████▎ | 10/12 [00:07<00:01,  1.42it/s]"


def test_a_bar_knows_nothing_before_its_first_step() -> None:
    assert Bar("", 4, seconds=lambda: 0.0).draw(0) == "  0%|          | 0/4 [00:00<?, ?it/s]"


def test_slow_steps_are_told_in_seconds_a_step() -> None:
    moments = iter([0.0, 5400.0])
    bar = Bar("", 2, seconds=lambda: next(moments))
    assert bar.draw(1) == " 50%|█████     | 1/2 [1:30:00<1:30:00, 5400.00s/it]"


def test_a_bar_is_drawn_ten_times_a_second_at_most_but_always_when_full() -> None:
    sixteenths = count()
    bar = Bar("", 9, seconds=lambda: next(sixteenths) / 16)
    assert [done for done in range(10) if bar.draw(done)] == [0, 2, 4, 6, 8, 9]


def test_the_same_state_is_drawn_once() -> None:
    moments = count()
    bar = Bar("", 2, seconds=lambda: next(moments))
    assert [bool(bar.draw(done)) for done in (0, 1, 1, 2, 2)] == [True, True, False, True, False]
