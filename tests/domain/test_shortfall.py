"""What came of an order of portraits, in words."""

from __future__ import annotations

import pytest

from portrait_app.domain.generation import Loss, shortfall

HELD, MISSING, CALLED_OFF = Loss.HELD_BACK, Loss.REMOVED, Loss.CALLED_OFF


@pytest.mark.parametrize(
    ("count", "losses", "words"),
    [
        (4, [HELD], "3 of 4; one was held back by the safety check."),
        (4, [HELD, HELD], "2 of 4; two were held back by the safety check."),
        (8, [HELD, MISSING, HELD], "5 of 8; two were held back by the safety check, one was removed by the engine be"),
        (1, [HELD], "It was held back by the safety check."),
        (4, [HELD] * 4, "All four were held back by the safety check."),
        (3, [HELD, CALLED_OFF, CALLED_OFF], "None of 3: one was held back by the safety check, two were called off"),
    ],
)
def test_what_came_and_what_did_not_is_said_in_one_sentence(count: int, losses: list[Loss], words: str) -> None:
    assert shortfall(count, losses).startswith(words)
