"""News may be late, double or out of order: no state goes back, and what has ended stays as it ended."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus, advance

if TYPE_CHECKING:
    from enum import EnumType

KINDS = [OrderStatus, TrainingStatus, GenerationStatus, AssetStatus]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_news_takes_anything_back_or_ends_it_twice(kind: EnumType) -> None:
    states: list[Any] = list(kind)
    for current, seen in itertools.product(states, states):
        then = advance(current, seen)
        assert then is (current if current.is_final or states.index(seen) < states.index(current) else seen)
    assert {state.is_final for state in states} == {True, False}
