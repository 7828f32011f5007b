"""An address that somebody else typed first: whoever proves that it is theirs finds nobody else's way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.domain.identity import Identity
from portrait_app.domain.passkey import Passkey
from portrait_app.services import ways
from tests.http.front import NEW, typed

if TYPE_CHECKING:
    from portrait_app.database.address import Address
    from tests.http.front import Studio


@pytest.mark.parametrize(("was_proven", "left"), [(False, 1), (True, 3)])
async def test_a_new_password_closes_what_was_left_open_before_the_address_was_proven(
    studio: Studio, address: Address, was_proven: bool, left: int
) -> None:
    first = studio.browser()
    await first.post("/auth/sign-up", data=typed())
    owner_id = await studio.who(first)
    assert owner_id is not None
    passkey = Passkey(owner_id=owner_id, name="A phone", credential_id=b"a credential", public_key=b"a key")
    identity = Identity(owner_id=owner_id, provider="github", issuer="https://github.com", subject="42", label="eve")
    async with studio.house.desk.for_person(owner_id) as work:
        work.session.add_all([passkey, identity])
    if was_proven:
        with psycopg.connect(address.conninfo(), autocommit=True) as admin:
            admin.execute("UPDATE app.accounts SET verified_at = now()")
    answer = await studio.browser().post(await studio.forgotten(), data={"password": NEW})
    assert "is set" in answer.text
    async with studio.house.desk.for_person(owner_id) as work:
        assert (await ways.of(work)).count == left
