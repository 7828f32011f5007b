"""Leaving: asked for freshly, thought over for a week, and nothing new is begun meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from portrait_app.domain.clock import now
from portrait_app.errors import SignedOut
from portrait_app.services import (
    accounts,
    exports,
    generations,
    leaving,
    reconcile,
    selfies,
    sessions,
    signing_in,
    trainings,
)
from portrait_app.services.accounts import SignUp
from portrait_app.services.complaints import WrongInput
from portrait_app.services.leaving import AboutToLeave, RunsTheStudio, TooLate
from tests.builders import PASSWORD
from tools import newcomers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from portrait_app.services.sessions import SignedIn, Someone
    from tests.builders import House


@pytest.fixture
async def ada(house: House) -> SignedIn:
    """Somebody who doesn't run the studio."""
    await house.somebody("Operator")
    return await newcomers.signs_up(house.desk, name="Ada", email="ada@example.com", password=PASSWORD, device="test")


async def someone(house: House, who: SignedIn) -> Someone:
    found = await sessions.who(house.desk, who.token)
    assert found is not None
    return found


async def leave_at(house: House, who: SignedIn) -> datetime | None:
    async with house.desk.for_person(who.owner_id) as work:
        return (await work.accounts.mine()).leave_at


def set_back(house: House, who: SignedIn, column: str, age: timedelta) -> None:
    """As if it had been a while ago."""
    table, key = {"leave_at": ("accounts", "id"), "created_at": ("sessions", "owner_id")}[column]
    names = [sql.Identifier(name) for name in ("app", table, column, key)]
    statement = sql.SQL("UPDATE {}.{} SET {} = now() - %s WHERE {} = %s").format(*names)
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:
        admin.execute(statement, [age, who.owner_id])


async def test_it_is_for_a_week_signs_the_others_out_and_says_so_by_mail(house: House, ada: SignedIn) -> None:
    async with house.desk.for_person(ada.owner_id) as work:
        other = await sessions.open_session(work, "another device", is_proven=True)
    house.queue.mails.clear()
    moment = await leaving.ask(house.desk, await someone(house, ada))
    assert timedelta(days=6, hours=23) < moment - now() <= timedelta(days=7)
    assert await sessions.who(house.desk, other.token) is None
    assert await sessions.who(house.desk, ada.token) is not None
    ((owner, mail_id),) = house.queue.mails
    async with house.desk.for_service(owner) as work:
        mail = await work.mails.find(mail_id)
    assert mail is not None
    assert (mail.kind, mail.address) == ("leaving", "ada@example.com")
    assert await leaving.ask(house.desk, await someone(house, ada)) == moment
    assert len(house.queue.mails) == 1


async def test_who_runs_the_studio_leaves_last(house: House) -> None:
    ada = await newcomers.signs_up(house.desk, name="Ada", email="a@example.com", password=PASSWORD, device="test")
    bob = await newcomers.signs_up(house.desk, name="Bob", email="b@example.com", password=PASSWORD, device="test")
    with pytest.raises(RunsTheStudio):
        await leaving.ask(house.desk, await someone(house, ada))
    await leaving.ask(house.desk, await someone(house, bob))
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:
        admin.execute("DELETE FROM app.accounts WHERE id = %s", [bob.owner_id])
    asked = {"name": "Eve", "email": "e@example.com", "password": PASSWORD}
    eve = await accounts.ask_for_account(house.desk, **asked, mode=SignUp.OPEN, invite="")
    await accounts.make_account(house.desk, eve, SignUp.OPEN, "")  # who waits is not in, and keeps nobody
    await leaving.ask(house.desk, await someone(house, ada))


async def test_nothing_new_is_begun_meanwhile_but_everything_can_be_taken_away(house: House, ada: SignedIn) -> None:
    model = await house.ready_model(ada.owner_id)
    draft = await house.draft_with_selfies(ada.owner_id)
    await leaving.ask(house.desk, await someone(house, ada))

    async def chunks() -> AsyncIterator[bytes]:
        yield b"a photo"

    with pytest.raises(AboutToLeave):
        await selfies.receive(house.desk, await someone(house, ada), filename="a.jpg", chunks=chunks())
    for begin in (
        lambda work: trainings.start(work, draft.id, name="Ada", trainer="darkroom"),
        lambda work: generations.order(work, model, style="noir", count=1, aspect="1:1"),
    ):
        with pytest.raises(AboutToLeave) as refused:
            async with house.desk.for_person(ada.owner_id) as work:
                await begin(work)
        assert "Tap Stay" in refused.value.hint
    assert house.queue.waiting == []
    await exports.ask(house.desk, await someone(house, ada))


async def test_it_is_taken_back_with_a_tap_and_all_is_as_it_was(house: House, ada: SignedIn) -> None:
    model = await house.ready_model(ada.owner_id)
    await leaving.ask(house.desk, await someone(house, ada))
    async with house.desk.for_person(ada.owner_id) as work:
        await leaving.stay(work)
        await generations.order(work, model, style="noir", count=1, aspect="1:1")
    assert await leave_at(house, ada) is None


async def test_asvs_7_4_2_from_the_moment_on_nothing_lets_them_in_and_it_is_too_late_to_stay(
    house: House, ada: SignedIn
) -> None:
    await leaving.ask(house.desk, await someone(house, ada))
    set_back(house, ada, "leave_at", timedelta(seconds=1))
    assert await sessions.who(house.desk, ada.token) is None
    with pytest.raises(WrongInput):
        await signing_in.sign_in(house.desk, email="ada@example.com", password=PASSWORD, device="")
    with pytest.raises(TooLate):
        async with house.desk.for_person(ada.owner_id) as work:
            await leaving.stay(work)


async def test_the_worker_is_told_a_minute_after_the_moment_and_not_before(house: House, ada: SignedIn) -> None:
    await leaving.ask(house.desk, await someone(house, ada))
    for age, found in ((-timedelta(days=1), 0), (timedelta(seconds=30), 0), (timedelta(seconds=61), 1)):
        set_back(house, ada, "leave_at", age)
        await reconcile.remember_chores(house.desk)
        assert [chore for chore, owner, _ in house.queue.take() if owner == ada.owner_id] == ["leave"] * found


async def test_nobody_deletes_an_account_whose_time_has_not_come(house: House, ada: SignedIn) -> None:
    from portrait_app.database.leaving import part  # noqa: PLC0415 -- the one way there is, tried by hand

    async with house.desk.for_service(ada.owner_id) as work:
        assert await part(work.session, []) is None
    await leaving.ask(house.desk, await someone(house, ada))
    async with house.desk.for_service(ada.owner_id) as work:
        assert await part(work.session, []) is None
    async with house.desk.for_person(ada.owner_id) as work:
        assert (await work.accounts.mine()).name == "Ada"


async def test_asvs_7_4_2_who_has_left_is_signed_out(house: House, ada: SignedIn) -> None:
    set_back(house, ada, "leave_at", timedelta(days=1))
    from portrait_app.database.leaving import part  # noqa: PLC0415 -- as above

    async with house.desk.for_service(ada.owner_id) as work:
        assert await part(work.session, []) is not None
    with pytest.raises(SignedOut):
        async with house.desk.for_person(ada.owner_id) as work:
            await work.accounts.mine()
    assert await sessions.who(house.desk, ada.token) is None
