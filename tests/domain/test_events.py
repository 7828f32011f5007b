"""What stands on the channel of news is read, or said to be none: whoever may connect may say anything there."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from portrait_app.domain.events import News
from portrait_app.domain.happening import Happening

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"  # the same in every process that collects these tests
RUBBISH = (
    *("", "news", "5", "null", "{}", "[]", '"abc"', "[1, 2, 3]", "[" * 100_000),
    *(json.dumps(said) for said in ([ID, "asset"], [ID, "asset", 5], [None, "asset", ID], [ID, ["asset"], ID])),
    *(json.dumps([ID, *said]) for said in (["invented", ID], ["training", ID, "invented"], ["training", ID, []])),
)  # fmt: skip


@pytest.mark.parametrize("text", RUBBISH, ids=lambda text: text[:40])
def test_what_is_no_news_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- whatever of it: the listener asks for no more
        News.from_text(text)


def test_news_are_read_as_they_were_written() -> None:
    for happening in (None, *Happening):
        told = News(uuid4(), "asset", uuid4(), happening)
        assert News.from_text(told.to_text()) == told
