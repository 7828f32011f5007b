"""The training room's words about a set of photos."""

from __future__ import annotations

import pytest

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


def test_where_photos_go_is_said_as_it_is() -> None:
    assert "nowhere else" in words.where_photos_stay(is_darkroom=True)
    assert "Replicate" in words.where_photos_stay(is_darkroom=False)
