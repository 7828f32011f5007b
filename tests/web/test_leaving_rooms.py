"""While somebody is about to leave, no room offers what would be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.web.create.page import create_page
from portrait_app.web.gallery.page import gallery_page
from portrait_app.web.home.page import home_page
from portrait_app.web.staying import StayState
from portrait_app.web.train.page import train_page
from portrait_app.web.you.data.page import data_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import reflex as rx

STAYS = str(StayState.leave_on == "")
BEGINS = {
    train_page: ("Yes, I agree", "Choose photos", "Add photos", "Learn this face", "Try again", "Make portraits"),
    create_page: ("Make 1 portrait", "Add selfies"),
    home_page: ("Make more", "Make portraits", "Add your selfies", "Go on with your selfies"),
    gallery_page: ("Make some", "Add your selfies"),
}


def offers(node: object, *, to_who_stays: bool = False) -> Iterator[tuple[str, bool]]:
    """All that stands on a page, and whether it is there only for whoever stays."""
    if isinstance(node, dict):
        if "cond_state" in node:
            stays = STAYS in str(node["cond_state"])
            yield from offers(node["true_value"], to_who_stays=to_who_stays or stays)
            yield from offers(node["false_value"], to_who_stays=to_who_stays)
        else:
            for each in node.values():
                yield from offers(each, to_who_stays=to_who_stays)
    elif isinstance(node, list | tuple):
        for each in node:
            yield from offers(each, to_who_stays=to_who_stays)
    else:
        yield str(node), to_who_stays


@pytest.mark.parametrize("page", BEGINS)
def test_what_begins_something_is_offered_to_whoever_stays_alone(page: Callable[[], rx.Component]) -> None:
    found = list(offers(page().render()))
    for words in BEGINS[page]:
        said = [is_theirs for text, is_theirs in found if words in text]
        assert said, words
        assert all(said), words


def test_whoever_leaves_is_offered_to_stay_once_and_led_to_their_data_from_elsewhere_alone() -> None:
    for page, ways in ((data_page, 0), (home_page, 1)):
        found = [text for text, _ in offers(page().render())]
        assert sum("stay_state.stay" in text for text in found) == 1
        assert sum("/you/data" in text for text in found) == ways
