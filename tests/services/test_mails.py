"""Mails that were written down are sent, also after a crash; and the database itself guards what their links may do."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import col, delete, select, update

from portrait_app.domain.account import Account
from portrait_app.domain.chores import Chore
from portrait_app.domain.mail import Mail, MailKind
from portrait_app.services import addresses, letting_in, mails, reconcile, signing_in
from portrait_app.services.letters import letter
from tests.services.test_cancelling_races import until_somebody_waits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House


async def test_a_mail_that_nobody_seems_to_send_is_found_again(house: House, address: Address) -> None:
    ada = await house.somebody("Ada")
    ((_, mail_id),) = house.queue.mails
    house.queue.mails.clear()
    assert await reconcile.remember_chores(house.desk) == 0  # it was written down just now
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("UPDATE app.mails SET created_at = now() - interval '1 minute'")
    await reconcile.remember_chores(house.desk)
    assert house.queue.mails == [(ada, mail_id)]
    assert Chore.SEND_MAIL.value == "send_mail"


async def test_mails_older_than_a_day_are_forgotten_with_the_next(house: House, address: Address) -> None:
    ada = await house.somebody("Ada")
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.mails SET created_at = now() - interval '25 hours'")
        async with house.desk.for_person(ada) as work:
            await mails.write(work, MailKind.RESET, "ada@example.com")
        assert admin.execute("SELECT kind FROM app.mails").fetchall() == [("reset",)]


async def test_whoever_writes_a_mail_while_the_address_changes_waits_in_line_with_old_mails_in_nobodys_hand(
    house: House, address: Address
) -> None:
    """They were forgotten first, and every link as the address changed: Postgres ended one of the two in an error."""
    ada = await house.somebody("Ada")
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("UPDATE app.mails SET created_at = now() - interval '25 hours'")
    engine = create_async_engine(address.admin)
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(update(Account).values(email="countess@example.com"))
        writing = asyncio.create_task(forgets_password(house, ada))
        await until_somebody_waits(SimpleNamespace(session=session))  # type: ignore[arg-type] -- all it looks at
        await session.execute(delete(Mail))
    await writing
    await engine.dispose()


async def forgets_password(house: House, ada: UUID) -> None:
    async with house.desk.for_person(ada) as work:
        await mails.write(work, MailKind.RESET, "ada@example.com")


async def asked_by_button(house: House, ada: UUID) -> None:
    async with house.desk.for_person(ada) as work:
        await addresses.ask_for_confirmation(work)


ASKED: dict[str, Callable[[House, UUID], Awaitable[Any]]] = {
    "by the button": asked_by_button,
    "by the password": lambda house, ada: signing_in.confirm_again(house.desk, ada),
    "by the operator": lambda house, ada: letting_in.begin(house.desk, ada),
}


@pytest.mark.parametrize("how", ASKED)
async def test_a_link_that_is_asked_for_while_the_address_changes_goes_to_the_new_one(house: House, how: str) -> None:
    """One that confirms would bring the former address back, and one by the operator's word would open nothing."""
    ada = await house.somebody("Ada")
    engine = create_async_engine(house.desk.database.address.admin)
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(delete(Mail))
        await session.execute(update(Account).values(email="countess@example.com"))
        asking = asyncio.ensure_future(ASKED[how](house, ada))
        await until_somebody_waits(SimpleNamespace(session=session))  # type: ignore[arg-type] -- all it looks at
    await asking
    async with AsyncSession(engine) as session:
        assert (await session.scalars(select(col(Mail.address)))).all() == ["countess@example.com"]
    await engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE app.accounts SET verified_at = now()",
        "UPDATE app.accounts SET email = 'eve@example.com'",
        "UPDATE app.mails SET token_hash = 'guessed'",
        "SELECT id FROM app.use_link((SELECT token_hash FROM app.mails))",
        "UPDATE app.mails SET address = 'eve@example.com'",
        (
            "INSERT INTO app.mails (id, owner_id, created_at, kind, address, token_hash) "
            "SELECT gen_random_uuid(), owner_id, now(), 'confirm', 'eve@example.com', 'guessed' FROM app.mails"
        ),
    ],
    ids=["confirmed", "address", "token", "reading", "recipient", "link"],
)
async def test_injected_sql_confirms_no_address_and_makes_no_link(house: House, statement: str) -> None:
    ada = await house.somebody("Ada")
    with pytest.raises(Exception, match="permission denied"):
        async with house.desk.for_person(ada) as work:
            await work.session.execute(text(statement))


async def test_an_address_is_taken_by_a_link_that_was_used_in_this_very_moment(house: House) -> None:
    ada = await house.somebody("Ada")
    async with house.desk.for_person(ada) as work:
        mail_id = await work.mails.add(MailKind.CONFIRM, "eve@example.com")
        await work.session.execute(text("SELECT app.take_address(:id)"), {"id": mail_id})
        assert (await work.accounts.mine()).verified_at is None


@pytest.mark.parametrize("kind", list(MailKind))
def test_every_mail_is_worded_and_those_with_a_link_say_it_once(kind: MailKind) -> None:
    words = letter(kind, studio="https://studio.example", link="https://studio.example/auth/link/abc")
    assert words.subject
    assert words.body.count("/auth/link/abc") == (1 if kind.has_link else 0)
    assert "{" not in words.body
