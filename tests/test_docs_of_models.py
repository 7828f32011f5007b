"""What docs/replicate.md says that models cost and take is what their entries in the catalogue say."""

from __future__ import annotations

from pathlib import Path

import pytest

from portrait_app.domain.catalogue import BUILT_IN, GENERATORS, TRAINERS, VIDEOS, Mark
from portrait_app.services.generations import FIRST_SET

LINES = (Path(__file__).parents[1] / "docs" / "replicate.md").read_text().splitlines()
TEXT = " ".join(LINES)


def cells(model: str) -> list[str]:
    """The cells of the one line of a table that is about this model."""
    (line,) = [line for line in LINES if line.startswith("|") and f" {model} |" in line]
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("key", sorted(set(TRAINERS) - {BUILT_IN}))
def test_a_trainer_costs_and_takes_what_its_entry_says(key: str) -> None:
    trainer = TRAINERS[key]
    name, _, price, minutes, portrait = cells(trainer.model)
    assert name.startswith(f"`{key}`")
    assert price == f"about ${trainer.price_usd:.2f}"
    assert minutes == f"{trainer.typical_s / 60:.0f} min"
    assert portrait == f"${GENERATORS[trainer.generator].price_usd:.2f}"


@pytest.mark.parametrize("key", sorted(set(VIDEOS) - {BUILT_IN}))
def test_a_video_costs_and_takes_what_its_entry_says(key: str) -> None:
    video = VIDEOS[key]
    _, prices, seconds, mark = cells(video.model)
    assert prices == ", ".join(f"${video.price_usd(seconds=5, size=size):.2f} ({size})" for size in video.sizes)
    assert seconds == f"{video.typical_s:.0f} s"
    assert mark.startswith("its seed" if video.mark is Mark.SEED else "the address of its first frame")


def test_portraits_take_what_their_entries_say() -> None:
    assert f"about {GENERATORS['flux-dev'].typical_s:.0f} s (`flux-dev`, `fast-flux`)" in TEXT
    assert f"{GENERATORS['qwen'].typical_s:.0f} s (`qwen`)" in TEXT
    assert f"is {('seven', 'eight', 'nine')[FIRST_SET - 7]} portraits" in TEXT
