"""The look a person chose, kept with their profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.look import Look
from portrait_app.services import accounts

if TYPE_CHECKING:
    from tests.builders import House


async def test_a_look_is_there_on_the_next_device(house: House) -> None:
    ada = await house.somebody()
    async with house.desk.for_person(ada) as work:
        await accounts.change_look(work, Look("dark", 145))
    async with house.desk.for_person(ada) as work:
        assert accounts.look_cookie(await work.accounts.mine()) == "dark.145"


@pytest.mark.parametrize("asked", [Look("pink", 5), Look("dark", 361), Look("dark", -1), Look("", 0)])
async def test_a_look_that_is_not_offered_changes_nothing(house: House, asked: Look) -> None:
    ada = await house.somebody()
    async with house.desk.for_person(ada) as work:
        with pytest.raises(accounts.UnknownLook):
            await accounts.change_look(work, asked)
        assert accounts.look_cookie(await work.accounts.mine()) == "auto.265"


@pytest.mark.parametrize("saved", [{}, {"theme": "x", "hue": "red"}, {"hue": 999}, {"theme": None, "hue": None}])
def test_a_profile_without_a_usable_look_has_the_usual_one(saved: dict[str, object]) -> None:
    assert Look.of(saved) == Look()


async def test_a_name_changes_and_an_empty_one_does_not(house: House) -> None:
    ada = await house.somebody()
    async with house.desk.for_person(ada) as work:
        await accounts.rename(work, "  Ada L. ")
    async with house.desk.for_person(ada) as work:
        with pytest.raises(accounts.WrongInput):
            await accounts.rename(work, "   ")
        assert (await work.accounts.mine()).name == "Ada L."
