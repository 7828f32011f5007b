"""ASVS 5.0 8.2.3: which fields of their own rows a person's requests may write is decided by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portrait_app.database.address import Role

if TYPE_CHECKING:
    from tests.builders import House

# What would make an address proven, a link valid, a session eternal, a paid order another, an account the operator's.
OUT_OF_REACH = {
    "accounts": ["id", "email", "verified_at", "created_at"],
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
