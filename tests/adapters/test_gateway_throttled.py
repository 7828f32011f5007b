"""When to come again, as an engine says it that was asked too often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import Throttled
from portrait_app.domain.order import OrderKind
from tests.adapters.scripted import Answer

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from tests.adapters.scripted import ScriptedEngine

LOOK = "GET /v1/predictions/abc"


async def test_when_to_come_again_is_read_from_the_body_or_the_header(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    for answer, seconds in (
        (Answer(429, {"retry_after": 7}), 7),
        (Answer(429, b"", {"Retry-After": "3"}), 3),
        (Answer(429, b"", {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), 0),  # over already
        (Answer(429, b"", {"Retry-After": "soon"}), 10),
        (Answer(429, {"retry_after": "nan"}), 10),
        (Answer(429, {"retry_after": 1e9}, {"Retry-After": "3"}), 3600),
        (Answer(429, {"retry_after": None}, {"Retry-After": "inf"}), 10),
        (Answer(429, {"retry_after": 10**400}, {"Retry-After": "3"}), 3),
        (Answer(429, b"", {"Retry-After": f"Mon, 01 Jan {10**14} 00:00:00 GMT"}), 10),
        (Answer(429, b"", {"Retry-After": "Mon, 01 Jan 0001 00:00:00 +2359"}), 0),
    ):
        scripted.answers[LOOK] = answer
        with pytest.raises(Throttled) as failed:
            await to_scripted.look_at(OrderKind.PREDICTION, "abc")
        assert failed.value.retry_after_s == seconds


async def test_a_date_to_come_again_is_read_as_seconds_from_now(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    scripted.answers[LOOK] = Answer(429, b"", {"Retry-After": date})
    with pytest.raises(Throttled) as failed:
        await to_scripted.look_at(OrderKind.PREDICTION, "abc")
    assert 80 < failed.value.retry_after_s <= 90
    assert "in about 2 minutes" in failed.value.hint


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "in a moment"), (7, "in about 7 seconds"), (600, "in about 10 minutes")]
)
def test_a_throttled_order_says_when_it_goes_out(seconds: float, words: str) -> None:
    assert words in Throttled("429", seconds).hint
