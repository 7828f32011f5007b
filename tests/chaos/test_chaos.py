"""Whatever the network, the provider and our own processes do, every job ends as it must, and none is paid twice."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.chaos.plan import Plan
from tests.chaos.run import run

if TYPE_CHECKING:
    from pathlib import Path

SEED = int(os.environ.get("CHAOS_SEED", "20261123"))
JOBS = int(os.environ.get("CHAOS_JOBS", "80"))


async def test_all_end_right_whatever_happens_on_the_way(tmp_path: Path) -> None:
    outcome = await run(tmp_path / "var", Plan.of(SEED, JOBS))

    print(outcome.told)  # noqa: T201 -- shown when it fails, and by `pytest -s`
    assert outcome.differences == []
    assert outcome.unmet == set()  # every kind of fault befell somebody


async def test_what_can_never_be_settled_is_said_and_not_ordered_again(tmp_path: Path) -> None:
    outcome = await run(tmp_path / "var", Plan.forgetful(SEED, 9))

    assert outcome.differences == []
