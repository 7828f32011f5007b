"""The entries of the catalogue: each makes whole inputs in its own names, and all of them hang together."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from portrait_app.domain.catalogue import (
    ASPECTS,
    GENERATORS,
    TRAINERS,
    TRIGGER_WORD,
    VIDEOS,
    Generator,
    Mark,
    Trainer,
    Video,
)
from portrait_app.domain.styles import STYLES

NOIR = STYLES["noir"]
ENTRIES = [*TRAINERS.values(), *GENERATORS.values(), *VIDEOS.values()]


def test_every_trainer_leads_to_a_portrait_model_and_every_key_is_its_own() -> None:
    assert {trainer.generator for trainer in TRAINERS.values()} == set(GENERATORS)
    assert len({trainer.model for trainer in TRAINERS.values()}) == len(TRAINERS)
    for shelf in (TRAINERS, GENERATORS, VIDEOS):
        assert all(entry.key == key for key, entry in shelf.items())


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("darkroom", {"input_images": "https://zip", "trigger_word": "TOK", "seed": 7}),
        ("flux-dev", {"input_images": "https://zip", "trigger_word": "TOK", "steps": 1000, "autocaption": False}),
        (
            "fast-flux",
            {"input_images": "https://zip", "trigger_word": "TOK", "lora_type": "subject"},
        ),
        (
            "qwen",
            {"dataset": "https://zip", "default_caption": "A photo of a person named <>", "steps": 1000, "seed": 7},
        ),
    ],
)
def test_a_training_is_asked_for_in_the_names_of_its_trainer(key: str, expected: dict[str, object]) -> None:
    assert TRAINERS[key].given(photos_url="https://zip", seed=7) == expected


def test_portraits_are_asked_for_in_the_names_of_their_model() -> None:
    asked = {
        trainer.key: GENERATORS[trainer.generator].given(
            style=NOIR, prompt=trainer.prompt(NOIR.prompt), aspect=ASPECTS["4:5"], count=1, seed=5
        )
        for trainer in TRAINERS.values()
    }
    kept = {"output_format": "webp", "output_quality": 92, "seed": 5}
    assert asked["darkroom"] == kept | {"style": "noir", "num_outputs": 1, "aspect_ratio": "4:5"}
    flux = kept | {"model": "dev", "prompt": NOIR.prompt, "num_outputs": 1, "aspect_ratio": "4:5"}
    assert asked["flux-dev"] == asked["fast-flux"] == flux
    prompt = NOIR.prompt.replace("TOK", "a person named <>")
    assert asked["qwen"] == kept | {"prompt": prompt, "width": 896, "height": 1088}


def test_a_caption_and_every_prompt_name_the_person_as_the_training_did() -> None:
    for trainer in TRAINERS.values():
        assert trainer.caption is None or trainer.subject in trainer.caption
        assert all(trainer.subject in trainer.prompt(style.prompt) for style in STYLES.values())
    assert all(TRIGGER_WORD in style.prompt for style in STYLES.values())


def test_a_video_is_asked_for_in_the_names_of_its_model() -> None:
    asked = {
        key: video.given(frame_url="https://frame", prompt="a smile", seconds=5, size="720p", seed=5)
        for key, video in VIDEOS.items()
    }
    assert asked["wan-fast"] == {
        "image": "https://frame",
        "prompt": "a smile",
        "num_frames": 81,
        "frames_per_second": 16,
        "resolution": "720p",
        "seed": 5,
    }
    assert asked["kling"] == {"start_image": "https://frame", "prompt": "a smile", "duration": 5, "mode": "standard"}
    assert asked["seedance-lite"]["image"] == "https://frame"
    assert VIDEOS["kling"].price_usd(seconds=10, size="1080p") == pytest.approx(0.9)
    with pytest.raises(KeyError):
        VIDEOS["wan-fast"].given(frame_url="", prompt="", seconds=60, size="720p", seed=0)


def test_an_entry_that_contradicts_its_own_limits_is_refused_when_the_program_starts() -> None:
    for entry, wrong in (
        (TRAINERS["qwen"], {"steps": 99}),
        (TRAINERS["flux-dev"], {"steps": 6001}),
        (GENERATORS["flux-dev"], {"most_at_once": 5}),
        (VIDEOS["seedance-lite"], {"lengths": {13: 13}}),
    ):
        with pytest.raises(ValueError, match=f"{entry.key}: .* of "):
            replace(entry, **wrong)


def test_a_model_without_a_seed_marks_its_jobs_by_the_uploaded_frame() -> None:
    assert VIDEOS["kling"].mark is Mark.FILE
    with pytest.raises(ValueError, match="told from others"):
        replace(VIDEOS["kling"], mark=Mark.SEED)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.kind} {entry.key}")
def test_the_safety_checker_is_never_disabled(entry: Trainer | Generator | Video) -> None:
    for given in entry.samples():
        assert "safety" not in json.dumps(given)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.kind} {entry.key}")
def test_the_samples_show_every_input_that_is_ever_sent(entry: Trainer | Generator | Video) -> None:
    names = {frozenset(given) for given in entry.samples()}
    assert len(names) == 1
    assert all(value is not None for given in entry.samples() for value in given.values())
