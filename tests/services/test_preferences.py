"""What a person prefers is theirs: kept, checked, and nobody else's portrait or face model in it, also not by SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from portrait_app.domain.happening import Channel, Occasion
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.preferences import USUALLY_TOLD, Preferences
from portrait_app.errors import NotFound
from portrait_app.services import accounts, preferences, purging, trash
from portrait_app.services.preferences import NotHereYet, UnknownPreference
from tests.portraits import portraits_of

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House


async def account_of(house: House, owner_id: UUID) -> Any:
    async with house.desk.for_person(owner_id) as work:
        return await work.accounts.mine()


async def preferred(house: House, owner_id: UUID) -> Preferences:
    return Preferences.of((await account_of(house, owner_id)).preferences)


async def test_each_choice_is_kept_and_leaves_the_others_as_they_were(house: House, ada: UUID) -> None:
    async with house.desk.for_person(ada) as work:
        await preferences.choose_locale(work, "de-CH")
    async with house.desk.for_person(ada) as work:
        await preferences.begin_with(work, style="noir", count=2)
    async with house.desk.for_person(ada) as work:
        await preferences.begin_with(work, aspect="1:1")
    async with house.desk.for_person(ada) as work:
        await preferences.be_told(work, "first_set", "mail", is_wanted=True)
        await preferences.be_told(work, "failed", "toast", is_wanted=False)
    told = (USUALLY_TOLD | {(Occasion.FIRST_SET, Channel.MAIL)}) - {(Occasion.FAILED, Channel.TOAST)}
    assert await preferred(house, ada) == Preferences("de-CH", "noir", "1:1", 2, told)
    assert accounts.look_cookie(await account_of(house, ada)) == "auto.265.de-CH"
    async with house.desk.for_person(ada) as work:
        await preferences.begin_with(work, style="", count=0)
    assert await preferred(house, ada) == Preferences("de-CH", "", "1:1", 0, told)


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        ("choose_locale", {"locale": "tlh"}),
        ("choose_locale", {"locale": "de-DE; Path=/"}),
        ("begin_with", {"style": "pixel art"}),
        ("begin_with", {"aspect": "100:1"}),
        ("begin_with", {"count": 9}),
        ("begin_with", {"count": -1}),
        ("be_told", {"occasion": "model_ready", "channel": "pigeon", "is_wanted": True}),
        ("be_told", {"occasion": "everything", "channel": "mail", "is_wanted": True}),
    ],
)
async def test_what_is_not_offered_changes_nothing(house: House, ada: UUID, verb: str, asked: dict[str, Any]) -> None:
    async with house.desk.for_person(ada) as work:
        with pytest.raises(UnknownPreference):
            await getattr(preferences, verb)(work, **asked)
    assert (await account_of(house, ada)).preferences == {}


async def test_one_wears_a_portrait_of_ones_own_and_takes_it_off(house: House, ada: UUID) -> None:
    first, second = await portraits_of(house, await house.ready_model(ada), count=2)
    async with house.desk.for_person(ada) as work:
        assert await preferences.wear(work, first.id) is None
        assert await preferences.wear(work, second.id) == first.id
    async with house.desk.for_person(ada) as work:
        found = await preferences.worn(work, await work.accounts.mine())
        assert found is not None
        assert found.id == second.id
        await preferences.take_off(work)
        assert await preferences.worn(work, await work.accounts.mine()) is None


async def test_a_portrait_in_the_trash_is_not_worn_until_it_is_restored(house: House, ada: UUID) -> None:
    (portrait,) = await portraits_of(house, await house.ready_model(ada))
    async with house.desk.for_person(ada) as work:
        await preferences.wear(work, portrait.id)
        await trash.put_portraits(work, [portrait.id])
    async with house.desk.for_person(ada) as work:
        assert await preferences.worn(work, await work.accounts.mine()) is None
        with pytest.raises(NotFound):
            await preferences.wear(work, portrait.id)
        await trash.restore_portraits(work, [portrait.id])
        assert await preferences.worn(work, await work.accounts.mine()) is not None


async def test_a_portrait_that_is_deleted_is_taken_off_and_nothing_else_changes(house: House, ada: UUID) -> None:
    (portrait,) = await portraits_of(house, await house.ready_model(ada))
    async with house.desk.for_person(ada) as work:
        await preferences.wear(work, portrait.id)
    await purging.erase_portrait(house.desk, ada, portrait.id)
    account = await account_of(house, ada)
    assert (account.picture_id, account.id, account.name) == (None, ada, "Ada")


@pytest.mark.parametrize("status", [AssetStatus.PENDING, AssetStatus.LOST])
async def test_a_portrait_that_is_not_here_is_not_worn(house: House, ada: UUID, status: AssetStatus) -> None:
    (portrait,) = await portraits_of(house, await house.ready_model(ada), status=status)
    async with house.desk.for_person(ada) as work:
        with pytest.raises(NotHereYet):
            await preferences.wear(work, portrait.id)
    assert (await account_of(house, ada)).picture_id is None


async def test_the_newest_portraits_are_there_to_choose_from(house: House, ada: UUID) -> None:
    model = await house.ready_model(ada)
    old, new = await portraits_of(house, model, count=2)
    await portraits_of(house, model, status=AssetStatus.PENDING)
    async with house.desk.for_person(ada) as work:
        assert [asset.id for asset in await preferences.to_wear(work)] == [new.id, old.id]


async def test_nobody_wears_or_begins_with_what_is_anothers(house: House, ada: UUID) -> None:
    bob = await house.somebody("Bob")
    model = await house.ready_model(ada)
    (portrait,) = await portraits_of(house, model)
    async with house.desk.for_person(bob) as work:
        with pytest.raises(NotFound):
            await preferences.wear(work, portrait.id)
        with pytest.raises(NotFound):
            await preferences.begin_with_model(work, model.id)


@pytest.mark.parametrize("column", ["picture_id", "usual_model_id"])
async def test_not_even_sql_puts_another_persons_row_on_an_account(house: House, ada: UUID, column: str) -> None:
    bob = await house.somebody("Bob")
    model = await house.ready_model(ada)
    (portrait,) = await portraits_of(house, model)
    row_id = portrait.id if column == "picture_id" else model.id
    with pytest.raises(IntegrityError, match="violates foreign key"):
        await say(house, bob, f"UPDATE app.accounts SET {column} = '{row_id}'")
    await say(house, ada, f"UPDATE app.accounts SET {column} = '{row_id}'")


@pytest.mark.parametrize("statement", ["UPDATE app.accounts SET id = gen_random_uuid()", "DELETE FROM app.watchers"])
async def test_a_job_changes_no_account_and_no_watcher(house: House, ada: UUID, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with house.desk.for_service(ada) as work:
            await work.session.execute(text(statement))


async def test_a_face_model_to_begin_with_is_ones_own_and_ready(house: House, ada: UUID) -> None:
    model = await house.ready_model(ada)
    draft = await house.draft_with_selfies(ada, 0)
    async with house.desk.for_person(ada) as work:
        await preferences.begin_with_model(work, model.id)
        with pytest.raises(UnknownPreference):
            await preferences.begin_with_model(work, draft.id)
    assert (await account_of(house, ada)).usual_model_id == model.id
    async with house.desk.for_person(ada) as work:
        await work.trainings.remove(await work.trainings.get(model.id))
    assert (await account_of(house, ada)).usual_model_id is None


async def test_two_choices_at_once_undo_neither(house: House, ada: UUID, address: Address) -> None:
    """The second waits for the first to be committed: it is the account's row that decides."""
    async with house.desk.for_person(ada) as work:
        await preferences.choose_locale(work, "fr-FR")
        with psycopg.connect(address.conninfo()) as admin, pytest.raises(psycopg.errors.LockNotAvailable):
            admin.execute("SELECT FROM app.accounts WHERE id = %s FOR UPDATE NOWAIT", [ada])
    async with house.desk.for_person(ada) as work:
        await preferences.begin_with(work, style="oil")
    assert await preferred(house, ada) == Preferences("fr-FR", "oil")


async def say(house: House, owner_id: UUID, statement: str) -> None:
    async with house.desk.for_person(owner_id) as work:
        await work.session.execute(text(statement))


async def test_an_account_goes_with_what_it_wears(house: House, ada: UUID, address: Address) -> None:
    model = await house.ready_model(ada)
    (portrait,) = await portraits_of(house, model)
    async with house.desk.for_person(ada) as work:
        await preferences.wear(work, portrait.id)
        await preferences.begin_with_model(work, model.id)
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("DELETE FROM app.accounts WHERE id = %s", [ada])
        assert admin.execute("SELECT count(*) FROM app.assets").fetchone() == (0,)
