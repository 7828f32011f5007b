"""No photo is kept and no face learned without somebody's word to the present text."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest

from portrait_app.database.actor import signed
from portrait_app.database.address import Role
from portrait_app.domain.consent import VERSION
from portrait_app.domain.rows import new_id
from portrait_app.services import consent, selfies, trainings
from portrait_app.services.consent import ConsentMissing, TextHasChanged

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House

WRITE = "INSERT INTO app.consents (id, owner_id, text_version) VALUES (%s, %s, 'x')"
BACKDATE = """
INSERT INTO app.consents (id, owner_id, text_version, given_at)
SELECT gen_random_uuid(), owner_id, 'z', now() - interval '1 year' FROM app.consents
"""


@pytest.fixture
async def ada(house: House) -> UUID:
    return await house.somebody("Ada", agrees=False)


async def a_photo(read: list[bytes]) -> AsyncGenerator[bytes]:
    """Notes what was read of it."""
    for chunk in (b"pix", b"els"):
        read.append(chunk)
        yield chunk


async def objects(house: House) -> list[str]:
    return [stored.key for stored in await house.desk.buckets.page(most=9)]


async def test_without_a_word_not_a_byte_is_read(house: House, ada: UUID) -> None:
    read: list[bytes] = []
    with pytest.raises(ConsentMissing):
        await selfies.receive(house.desk, await house.someone(ada), filename="a.jpg", chunks=a_photo(read))
    assert (read, await objects(house), house.queue.take()) == ([], [], [])
    await house.agree(ada)
    await selfies.receive(house.desk, await house.someone(ada), filename="a.jpg", chunks=a_photo(read))
    assert len(await objects(house)) == 1


async def test_somebody_elses_word_is_not_ones_own(house: House, ada: UUID) -> None:
    await house.somebody("Bob")
    with pytest.raises(ConsentMissing):
        await selfies.receive(house.desk, await house.someone(ada), filename="a.jpg", chunks=a_photo([]))


async def test_a_word_taken_back_while_a_photo_comes_in_leaves_nothing_of_it(house: House, ada: UUID) -> None:
    await house.agree(ada)

    async def interrupted() -> AsyncGenerator[bytes]:
        yield b"pix"
        async with house.desk.for_person(ada) as work:
            await consent.withdraw(work)
        yield b"els"

    with pytest.raises(ConsentMissing):
        await selfies.receive(house.desk, await house.someone(ada), filename="a.jpg", chunks=interrupted())
    assert await objects(house) == []


async def test_what_there_is_stays_when_the_word_is_taken_back_and_is_not_learned(house: House, ada: UUID) -> None:
    await house.agree(ada)
    draft = await house.draft_with_selfies(ada)
    async with house.desk.for_person(ada) as work:
        await consent.withdraw(work)
    async with house.desk.for_person(ada) as work:
        assert len(await work.selfies.of(draft.id)) == 4
        with pytest.raises(ConsentMissing):
            await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    await house.agree(ada)
    async with house.desk.for_person(ada) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")


async def test_a_new_text_asks_again(house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.agree(ada)
    monkeypatch.setattr(consent, "VERSION", "another")
    async with house.desk.for_person(ada) as work:
        with pytest.raises(ConsentMissing):
            await consent.require(work)
        with pytest.raises(TextHasChanged):  # a page that was opened before the change
            await consent.give(work, VERSION)
        await consent.give(work, "another")
        await consent.require(work)
        assert sorted(word.text_version for word in await work.consents.all()) == sorted([VERSION, "another"])


async def test_each_word_is_kept_with_its_dates_and_given_once(house: House, ada: UUID) -> None:
    for _ in range(2):  # two tabs
        await house.agree(ada)
    async with house.desk.for_person(ada) as work:
        await consent.withdraw(work)
    await house.agree(ada)
    async with house.desk.for_person(ada) as work:
        now, before = await work.consents.all()
    assert (now.text_version, now.withdrawn_at) == (VERSION, None)
    assert before.withdrawn_at is not None
    assert before.given_at <= before.withdrawn_at <= now.given_at


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE app.consents SET text_version = 'y'", psycopg.errors.InsufficientPrivilege),
        ("UPDATE app.consents SET given_at = now() - interval '1 year'", psycopg.errors.InsufficientPrivilege),
        ("DELETE FROM app.consents", psycopg.errors.InsufficientPrivilege),
        (BACKDATE, psycopg.errors.InsufficientPrivilege),
        ("UPDATE app.consents SET withdrawn_at = now() - interval '1 year'", psycopg.errors.InsufficientPrivilege),
    ],
)
async def test_the_past_can_not_be_rewritten(
    house: House, address: Address, ada: UUID, change: LiteralString, why: type[Exception]
) -> None:
    await house.agree(ada)
    with psycopg.connect(address.conninfo(Role.USER)) as connection:
        connection.execute("SELECT set_config('app.actor', %s, false)", [signed(ada, address.actor_key)])
        connection.execute(WRITE, [new_id(), ada])
        with pytest.raises(why):
            connection.execute(change)


async def test_what_was_taken_back_stays_taken_back(house: House, address: Address, ada: UUID) -> None:
    await house.agree(ada)
    async with house.desk.for_person(ada) as work:
        await consent.withdraw(work)
    with psycopg.connect(address.conninfo(Role.USER)) as connection:
        connection.execute("SELECT set_config('app.actor', %s, false)", [signed(ada, address.actor_key)])
        for change in (
            b"UPDATE app.consents SET withdrawn_at = NULL RETURNING 1",
            b"UPDATE app.consents SET withdrawn_at = now() RETURNING 1",
        ):
            assert connection.execute(change).fetchall() == []
