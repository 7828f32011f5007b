"""What a profile holds is read as far as it can be; what can't be is the default."""

from __future__ import annotations

from typing import Any

import pytest

from portrait_app.domain.happening import Channel, Happening, Occasion
from portrait_app.domain.locales import LOCALES
from portrait_app.domain.preferences import USUALLY_TOLD, Preferences

CHOSEN = Preferences("ja-JP", "oil", "16:9", 8, frozenset({(Occasion.FIRST_SET, Channel.MAIL)}))


def test_what_was_saved_is_read_again() -> None:
    assert Preferences.of(CHOSEN.to_save()) == CHOSEN
    assert CHOSEN.is_known


@pytest.mark.parametrize(
    "saved",
    [
        {},
        {"locale": None, "style": None, "aspect": None, "count": None, "told": None},
        {"locale": [], "style": {}, "aspect": 4, "count": "4", "told": "mail"},
        {"locale": "xx-XX", "style": "pixel art", "aspect": "100:1", "count": 9, "told": {"failed": ["mail"]}},
        {"count": True, "told": {"model_ready": {"mail": 0, "pigeon": True}}, "of another version": 7},
        {"count": 2.0, "told": []},
    ],
)
def test_a_profile_without_usable_preferences_has_the_usual_ones(saved: dict[str, Any]) -> None:
    assert Preferences.of(saved) == Preferences()


def test_an_answer_that_was_never_asked_for_is_the_usual_one() -> None:
    """As a channel that came later: who said no to mails has said nothing of it."""
    read = Preferences.of({"told": {"model_ready": {"mail": False}}})
    assert read.told == USUALLY_TOLD - {(Occasion.MODEL_READY, Channel.MAIL)}


@pytest.mark.parametrize(
    "chosen",
    [{"locale": "de"}, {"style": "x"}, {"aspect": "x"}, {"count": 9}, {"count": -1}],
    ids=lambda chosen: next(iter(chosen)),
)
def test_what_is_not_offered_is_not_known(chosen: dict[str, Any]) -> None:
    assert not Preferences(**chosen).is_known


def test_every_language_is_named_and_can_stand_in_a_cookie() -> None:
    assert all(name and tag.replace("-", "").isalnum() and tag.isascii() for tag, name in LOCALES.items())
    assert len(set(LOCALES.values())) == len(LOCALES)


def test_everything_that_happens_is_ruled_by_a_choice() -> None:
    assert {happening.occasion for happening in Happening} == set(Occasion)
