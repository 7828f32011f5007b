"""How often something may be tried, however many try at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.services import limits
from portrait_app.services.limits import Limit, TooManyTries, network_of

if TYPE_CHECKING:
    from portrait_app.database.address import Address
    from tests.builders import House

THREE = Limit("a test", 3, timedelta(minutes=1))


async def tries(house: House, count: int, who: str = "ada") -> list[int]:
    """Try at once; the waits of those that were refused."""
    outcomes = await asyncio.gather(
        *(limits.take(house.desk, THREE, who) for _ in range(count)), return_exceptions=True
    )
    return [outcome.wait_s for outcome in outcomes if isinstance(outcome, TooManyTries)]


async def test_of_many_at_once_as_many_pass_as_may_and_each_other_is_told_how_long_to_wait(house: House) -> None:
    refused = await tries(house, 12)
    assert len(refused) == 9
    assert all(0 < wait_s <= 60 for wait_s in refused)
    assert await tries(house, 1, "bob") == []
    await limits.take(house.desk, replace(THREE, name="another"), "ada")  # each is counted for itself


async def test_one_more_passes_when_its_time_has_come_and_trying_early_does_not_put_it_off(
    house: House, address: Address
) -> None:
    await tries(house, 12)
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.tries SET free_at = free_at - interval '1 minute'")
    assert len(await tries(house, 2)) == 1


async def test_what_is_long_over_is_forgotten(house: House, address: Address) -> None:
    await tries(house, 1, "ada")
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.tries SET free_at = free_at - interval '2 days'")
        await tries(house, 1, "bob")
        assert admin.execute("SELECT count(*) FROM app.tries").fetchone() == (1,)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("a-socket", "a-socket"),
        (None, ""),
    ],
)
def test_a_network_is_what_one_household_has(host: str | None, network: str) -> None:
    assert network_of(host) == network


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "1 second"), (60, "60 seconds"), (61, "2 minutes"), (600, "10 minutes")]
)
def test_a_wait_is_said_in_words(seconds: int, said: str) -> None:
    assert limits.in_words(seconds) == said
