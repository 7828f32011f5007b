"""ASVS 5.0 8.2.3: which fields of their own rows a person's requests may write is decided by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portrait_app.database.address import Role

if TYPE_CHECKING:
    from tests.builders import House

# What would make an address proven, a link valid, a session eternal, a paid order another, an account the operator's.
OUT_OF_REACH = {
    "accounts": ["id", "email", "verified_at", "let_in_at", "created_at"],
    "sessions": ["owner_id", "token_hash", "expires_at", "seen_at"],
    "mails": ["address", "token_hash", "expires_at", "used_at"],
    "orders": ["status", "job_id", "version", "fingerprint", "training_id", "ended_at", "attempts"],
    "operators": ["owner_id"],
    "invites": ["token_hash", "expires_at", "used_at"],
    "passkeys": ["credential_id", "public_key", "owner_id"],
    "identities": ["issuer", "subject", "owner_id"],
}


async def test_asvs_8_2_3_a_persons_own_requests_can_not_write_what_is_not_theirs_to_say(house: House) -> None:
    ada = await house.somebody("Ada")
    async with house.desk.database.transaction(Role.USER, ada) as session:
        for table, columns in OUT_OF_REACH.items():
            for column in columns:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    async with session.begin_nested():
                        await session.execute(text(f"UPDATE app.{table} SET {column} = {column}"))


async def test_what_is_the_persons_own_to_write_is_written(house: House) -> None:
    ada = await house.somebody("Ada")
    async with house.desk.database.transaction(Role.USER, ada) as session:
        await session.execute(text("UPDATE app.accounts SET name = 'Countess'"))
    async with house.desk.for_person(ada) as work:
        assert (await work.accounts.mine()).name == "Countess"


@pytest.mark.parametrize(
    ("column", "password_hash"), [("verified_at", "x"), ("leave_at", ""), ("two_steps_at", ""), ("let_in_at", "")]
)
async def test_asvs_8_2_3_an_account_begins_with_nothing_proven_but_by_a_providers_word(
    house: House, column: str, password_hash: str
) -> None:
    begin = (
        "INSERT INTO app.accounts (id, email, name, password_hash, look, preferences, created_at, {}) "
        "VALUES (app.uid(), 'eve@example.com', 'Eve', :hash, '{{}}', '{{}}', now(), now())"
    )
    async with house.desk.database.transaction(Role.USER, uuid4()) as session:
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with session.begin_nested():
                await session.execute(text(begin.format(column)), {"hash": password_hash})
        await session.execute(text(begin.format("verified_at")), {"hash": ""})  # who comes by a provider
