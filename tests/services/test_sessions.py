"""Sessions: how long they last, when their last use is noted, and how they end."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from portrait_app.domain.account import Account
from portrait_app.domain.clock import now
from portrait_app.domain.events import CHANNEL, News
from portrait_app.domain.identity import Claim
from portrait_app.errors import NotFound
from portrait_app.services import fresh, identities, passwords, sessions
from portrait_app.services.accounts import SignUp
from portrait_app.services.errands import TooLate
from portrait_app.services.identities import AddressKnown, Newcomer
from portrait_app.services.signing_in import NotLetIn
from tests.builders import PASSWORD, rewrite, signs_in
from tests.services.fullness import forms_of
from tests.services.test_cancelling_races import until_somebody_waits
from tools import newcomers

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from portrait_app.database.address import Address
    from tests.builders import House

CLAIM = Claim("github", "https://github.com", "7", "ada@example.com", is_verified=True, name="Ada")


async def signed_up(house: House, email: str = "ada@example.com") -> sessions.SignedIn:
    return await newcomers.signs_up(house.desk, name="Ada", email=email, password=PASSWORD, device="Firefox/150")


def tell(address: Address, change: str) -> None:
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute(f"UPDATE app.sessions SET {change}")  # type: ignore[arg-type] -- written below


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = expires_at - interval '30 days 1 minute'",
        "seen_at = now() - interval '14 days'",
        "revoked_at = now()",
    ],
    ids=["absolute", "idle", "revoked"],
)
async def test_asvs_7_3_1_and_7_3_2_a_session_ends_unused_or_old_or_by_its_owner(
    house: House, address: Address, change: str
) -> None:
    signed = await signed_up(house)
    assert await sessions.who(house.desk, signed.token)
    tell(address, change)
    assert await sessions.who(house.desk, signed.token) is None


async def test_its_last_use_is_written_down_at_most_every_few_minutes(house: House, address: Address) -> None:
    signed = await signed_up(house)

    async def ages() -> list[float]:
        found: list[float] = []
        with psycopg.connect(address.conninfo(), autocommit=True) as admin:
            for minutes in (4, 6):
                admin.execute("UPDATE app.sessions SET seen_at = now() - %s * interval '1 minute'", [minutes])
                await sessions.who(house.desk, signed.token)
                row = admin.execute("SELECT extract(epoch FROM now() - seen_at)::float FROM app.sessions").fetchone()
                assert row is not None
                found.append(row[0])
        return found

    untouched, touched = await ages()
    assert untouched >= 240
    assert touched < 60


async def test_an_open_tab_that_is_only_shown_something_does_not_count_as_use(house: House, address: Address) -> None:
    signed = await signed_up(house)
    tell(address, "seen_at = now() - interval '13 days'")
    assert await sessions.who(house.desk, signed.token, is_used=False)
    tell(address, "seen_at = seen_at - interval '1 day'")
    assert await sessions.who(house.desk, signed.token, is_used=False) is None


async def test_asvs_6_2_10_a_password_is_good_for_as_long_as_nothing_is_wrong_with_it(
    house: House, address: Address
) -> None:
    signed = await signed_up(house)
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("UPDATE app.accounts SET created_at = now() - interval '10 years'")
    again = await signs_in(house, "ada@example.com", "Firefox/190")
    assert again.owner_id == signed.owner_id
    assert await sessions.who(house.desk, again.token)


async def test_asvs_7_2_3_a_token_is_random_and_only_its_hash_is_in_the_database(
    house: House, address: Address
) -> None:
    signed = await signed_up(house)
    with psycopg.connect(address.conninfo()) as admin:
        kept = str(admin.execute("SELECT s::text FROM app.sessions s").fetchall())
    assert not [form for form in forms_of(signed.token) if form in kept]  # also as bytes, which are told in hex
    assert sessions.digest(signed.token).hex() in kept
    assert sessions.digest(signed.token) != signed.token.encode()
    assert len(signed.token) >= 43  # 256 bits


async def test_asvs_7_5_2_each_of_ones_sessions_can_be_seen_and_ended(house: House) -> None:
    first = await signed_up(house)
    second = await signs_in(house, "ada@example.com", "Chrome/150 Android")
    async with house.desk.for_person(first.owner_id) as work:
        listed = await work.accounts.sessions()
        assert {session.device for session in listed} == {"Firefox/150", "Chrome/150 Android"}
        (other,) = [session for session in listed if "Chrome" in session.device]
        await sessions.end(work, other.id)
        ended_at = other.revoked_at
        await sessions.end(work, other.id)  # from two tabs
        assert other.revoked_at == ended_at  # later, it would end links that were given in between
    assert await sessions.who(house.desk, second.token) is None
    assert await sessions.who(house.desk, first.token)


async def test_asvs_7_4_3_all_others_end_at_once(house: House) -> None:
    first = await signed_up(house)
    others = [await signs_in(house, "ada@example.com") for _ in range(2)]
    this = await sessions.who(house.desk, first.token)
    assert this is not None
    async with house.desk.for_person(first.owner_id) as work:
        by_two = await sessions.open_session(work, "", is_proven=True, took_two_steps=True)
        await work.session.flush()
        await sessions.end_all(work, but=this.session_id, only_one_step=True)
    assert await sessions.who(house.desk, by_two.token)
    assert [await sessions.who(house.desk, each.token) for each in others] == [None, None]
    async with house.desk.for_person(first.owner_id) as work:
        await sessions.end_all(work, but=this.session_id)
    assert await sessions.who(house.desk, by_two.token) is None
    assert await sessions.who(house.desk, first.token) == this


async def test_asvs_8_2_2_nobody_ends_anothers_session(house: House) -> None:
    ada, eve = await signed_up(house), await signed_up(house, "eve@example.com")
    hers = await sessions.who(house.desk, ada.token)
    assert hers is not None
    with pytest.raises(NotFound):
        async with house.desk.for_person(eve.owner_id) as work:
            await sessions.end(work, hers.session_id)
    assert await sessions.who(house.desk, ada.token) == hers


async def test_a_browser_that_was_not_used_for_too_long_is_not_listed_as_signed_in(
    house: House, address: Address
) -> None:
    first = await signed_up(house)
    await signs_in(house, "ada@example.com", "Chrome/150 Android")
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("UPDATE app.sessions SET seen_at = now() - interval '15 days' WHERE device LIKE 'Chrome%'")
    async with house.desk.for_person(first.owner_id) as work:
        assert [each.device for each in await sessions.living(work)] == ["Firefox/150"]


async def by_password(house: House) -> object:
    return await signs_in(house, "ada@example.com")


async def by_github(house: House) -> object:
    return await identities.sign_in(house.desk, Newcomer(CLAIM, "GitHub", "test", SignUp.CLOSED))


@pytest.mark.parametrize("enter", [by_password, by_github])
async def test_whoever_shows_what_stops_opening_the_door_just_then_stays_outside(
    house: House, enter: Callable[[House], Coroutine[Any, Any, object]]
) -> None:
    """The others have been signed out by then: a session that began now would be there to stay."""
    owner_id = (await signed_up(house)).owner_id
    someone = await house.someone(owner_id)
    async with house.desk.for_person(owner_id) as work:
        await identities.link(work, someone, CLAIM, "GitHub")
    async with house.desk.for_person(owner_id) as work:
        (github,) = await work.identities.all()
        await identities.unlink(work, someone, github.id)
        (await work.accounts.mine()).password_hash = await passwords.hashed("eleven quiet lanterns")
        await work.session.flush()
        coming = asyncio.create_task(enter(house))
        await until_somebody_waits(work)
    with pytest.raises((NotLetIn, TooLate)):
        await coming
    async with house.desk.for_person(owner_id) as work:
        assert [each.id for each in await sessions.living(work)] == [someone.session_id]


@pytest.mark.parametrize(("change", "refusal"), [("two_steps_at = now()", AddressKnown), ("email = 'a@b.cd'", TooLate)])
async def test_whoever_comes_by_an_address_that_is_enough_no_more_just_then_stays_outside_and_leaves_no_way_in(
    house: House, address: Address, change: str, refusal: type[Exception]
) -> None:
    owner_id = (await signed_up(house)).owner_id
    await rewrite(house, Account, owner_id, verified_at=now())
    engine = create_async_engine(address.admin)
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(text(f"UPDATE app.accounts SET {change}"))
        coming = asyncio.create_task(by_github(house))
        await until_somebody_waits(SimpleNamespace(session=session))  # type: ignore[arg-type] -- all it looks at
    await engine.dispose()
    with pytest.raises(refusal):
        await coming
    async with house.desk.for_person(owner_id) as work:
        assert [each.device for each in await sessions.living(work)] == ["Firefox/150"]
        assert await work.identities.all() == []


async def test_signing_everybody_out_ends_also_the_session_that_a_new_password_opens_just_then(house: House) -> None:
    owner_id = (await signed_up(house)).owner_id

    async def end_every_session() -> None:
        async with house.desk.for_person(owner_id) as work:
            await sessions.end_all(work)

    async with house.desk.for_person(owner_id) as work:
        await fresh.require(work, await house.someone(owner_id))
        ending = asyncio.create_task(end_every_session())
        await until_somebody_waits(work)
        await sessions.open_session(work, "test", is_proven=True)
    await ending
    async with house.desk.for_person(owner_id) as work:
        assert await sessions.living(work) == ()


@pytest.mark.parametrize("enter", [by_password, by_github])
async def test_whichever_way_somebody_comes_in_their_other_browsers_list_it_and_what_ran_out_is_forgotten(
    house: House, address: Address, enter: Callable[[House], Coroutine[Any, Any, object]]
) -> None:
    owner_id = (await signed_up(house)).owner_id
    async with house.desk.for_person(owner_id) as work:
        await identities.link(work, await house.someone(owner_id), CLAIM, "GitHub")
    tell(address, "expires_at = now() - interval '1 day'")
    with psycopg.connect(address.conninfo(), autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        await enter(house)
        told = [News.from_text(notice.payload) for notice in listening.notifies(timeout=10, stop_after=1)]
        count = listening.execute("SELECT count(*) FROM app.sessions").fetchone()
    assert [(each.noun, each.owner_id) for each in told] == [("account", owner_id)]
    assert count == (1,)
