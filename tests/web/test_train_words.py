"""The training room's words about a set of photos."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.retention import STAY_DAYS
from portrait_app.domain.training import Training
from portrait_app.services.retention import UnknownStay
from portrait_app.web.train import words


@pytest.mark.parametrize(
    ("good", "examining", "headline", "hint", "is_enough"),
    [
        (0, 0, "No good photo yet", "4 to begin", False),
        (1, 0, "1 good photo", "3 more to begin", False),
        (3, 0, "3 good photos", "1 more to begin", False),
        (4, 0, "4 good photos", "8 more would help", True),
        (7, 0, "7 good photos", "5 more would help", True),
        (12, 0, "12 good photos", "That's plenty", True),
        (0, 1, "Checking 1 photo", "", False),
        (9, 2, "Checking 2 photos", "9 good so far", False),
    ],
)
def test_the_count_says_what_there_is_and_what_would_be_better(
    good: int, examining: int, headline: str, hint: str, is_enough: bool
) -> None:
    assert words.count(good, examining) == words.Count(headline, hint, is_enough)


@pytest.mark.parametrize(
    ("is_darkroom", "has_store", "said", "unsaid"),
    [
        (True, False, ["stay on the computer", "nowhere else", "holds the best of them"], ["Replicate", "store"]),
        (False, False, ["kept here", "Replicate"], ["nowhere else", "store", "holds the best"]),
        (
            True,
            True,
            ["lie in a store", "learned on the computer", "holds the best of them"],
            ["nowhere else", "Replicate"],
        ),
        (False, True, ["lie in a store", "Replicate"], ["nowhere else", "kept here", "holds the best"]),
    ],
)
def test_where_photos_go_is_said_as_it_is(
    is_darkroom: bool, has_store: bool, said: list[str], unsaid: list[str]
) -> None:
    words_of_it = words.where_photos_stay(is_darkroom=is_darkroom, has_store=has_store)
    assert [each for each in said if each not in words_of_it] == []
    assert [each for each in unsaid if each in words_of_it] == []


def test_a_menu_sends_what_it_shows_and_nothing_else() -> None:
    assert [words.days_of(words.value_of(days)) for days in STAY_DAYS] == list(STAY_DAYS)
    for sent in ("", "1", "-7", "None", "x" * 999):
        with pytest.raises(UnknownStay):
            words.days_of(sent)


def test_what_becomes_of_photos_is_said_as_it_is() -> None:
    moment = now()
    row = Training(owner_id=UUID(int=1), status=TrainingStatus.READY, ended_at=moment - timedelta(days=1))
    assert words.photos_of(row, 0, 7, moment) == words.PhotosOf()
    assert words.photos_of(row, 1, None, moment) == words.PhotosOf("1 photo kept")
    assert words.photos_of(row, 4, 0, moment) == words.PhotosOf("4 photos, being deleted")
    goes = moment + timedelta(days=6)
    assert words.photos_of(row, 4, 7, moment) == words.PhotosOf("4 photos, deleted on", goes.isoformat())
    row.photos_deleted_at = moment
    assert words.photos_of(row, 4, None, moment) == words.PhotosOf("4 photos, being deleted")  # a store may be away
    assert words.photos_of(row, 0, None, moment) == words.PhotosOf("Photos deleted on", moment.isoformat())
