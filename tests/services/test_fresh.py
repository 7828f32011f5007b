"""The gate before what an open browser alone must not be enough for: one, for all of it."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from portrait_app.adapters.passkeys import House as Origin
from portrait_app.domain.export import Export, ExportStatus
from portrait_app.domain.identity import Claim, Identity
from portrait_app.domain.passkey import Passkey
from portrait_app.services import addresses, exports, fresh, identities, leaving, passkeys, sessions, steps
from portrait_app.services.accounts import SignUp
from portrait_app.services.fresh import NotFresh, OnlyVouchedFor
from portrait_app.services.identities import Newcomer
from portrait_app.services.passkeys import Visitor
from tests.builders import PASSWORD
from tests.services.test_cancelling_races import until_somebody_waits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from portrait_app.services.sessions import Someone
    from portrait_app.services.work import Work
    from tests.builders import House

CLAIM = Claim("github", "https://github.com", "7", "ada@example.com", is_verified=True, name="Ada")
ORIGIN, VISITOR = Origin.at("http://localhost:3000"), Visitor("browser", "test")


@dataclass
class Ada:
    """Somebody with a passkey, an account elsewhere and an export that is ready, who signed in a while ago."""

    house: House
    someone: Someone
    passkey_id: UUID
    identity_id: UUID

    @property
    def desk(self) -> Any:
        return self.house.desk

    def rows(self) -> list[Any]:
        """Everything that is kept."""
        tables = ("accounts", "sessions", "passkeys", "identities", "recovery_codes", "mails", "exports", "errands")
        with psycopg.connect(self.desk.database.address.conninfo()) as admin:
            return [
                admin.execute(f"SELECT t::text FROM app.{table} t ORDER BY 1".encode()).fetchall() for table in tables
            ]

    def accounts(self) -> list[Any]:
        return self.rows()[0]

    def is_old(self, age: timedelta) -> None:
        with psycopg.connect(self.desk.database.address.conninfo()) as admin:
            admin.execute("UPDATE app.sessions SET created_at = now() - %s", [age])


@pytest.fixture
async def ada(house: House) -> Ada:
    await house.somebody("Operator")
    owner_id = await house.somebody("Ada")
    passkey = Passkey(owner_id=owner_id, name="phone", credential_id=secrets.token_bytes(16), public_key=b"a key")
    identity = Identity(owner_id=owner_id, provider="github", issuer=CLAIM.issuer, subject=CLAIM.subject, label="ada")
    async with house.desk.for_person(owner_id) as work:
        work.session.add_all([passkey, identity])
        work.exports.add(Export(owner_id=owner_id, status=ExportStatus.READY))
    return Ada(house, await house.someone(owner_id), passkey.id, identity.id)


def in_work(act: Callable[[Any, Ada], Awaitable[Any]]) -> Callable[[Ada], Awaitable[Any]]:
    async def acted(ada: Ada) -> Any:
        async with ada.desk.for_person(ada.someone.owner_id) as work:
            return await act(work, ada)

    return acted


GATED: dict[str, Callable[[Ada], Awaitable[Any]]] = {
    "a passkey is asked for": lambda ada: passkeys.begin_adding(ada.desk, ORIGIN, VISITOR, ada.someone),
    "a passkey is added": lambda ada: passkeys.add(ada.desk, ORIGIN, VISITOR, ada.someone, {}),
    "a passkey is removed": in_work(lambda work, ada: passkeys.remove(work, ada.someone, ada.passkey_id)),
    "an account elsewhere is added": in_work(lambda work, ada: identities.link(work, ada.someone, CLAIM, "GitHub")),
    "an account elsewhere is removed": in_work(lambda work, ada: identities.unlink(work, ada.someone, ada.identity_id)),
    "two steps are asked for": lambda ada: steps.turn_on(ada.desk, ada.someone, ""),
    "one step is asked for": lambda ada: steps.turn_off(ada.desk, ada.someone),
    "codes are made": lambda ada: steps.renew_codes(ada.desk, ada.someone, ""),
    "the password is changed": lambda ada: addresses.change_password(
        ada.desk, ada.someone, "test", current=PASSWORD, new="eleven quiet lanterns"
    ),
    "the address is changed": lambda ada: addresses.ask_for_change(ada.desk, ada.someone, "countess@example.com"),
    "everything is packed": lambda ada: exports.ask(ada.desk, ada.someone),
    "everything is taken away": lambda ada: exports.to_download(ada.desk, ada.someone),
    "the account is left": lambda ada: leaving.ask(ada.desk, ada.someone),
}


async def test_asvs_7_5_1_whoever_signed_in_some_time_ago_changes_nothing_of_it(ada: Ada) -> None:
    ada.is_old(timedelta(minutes=10, seconds=1))
    before, chores = ada.rows(), ada.house.queue.take()
    for act in GATED.values():
        with pytest.raises(NotFresh) as refused:
            await act(ada)
        assert "Nothing has changed" in refused.value.hint
    assert ada.rows() == before
    assert ada.house.queue.take() == []
    assert chores == []


LATER = (
    "two steps are asked for",
    "one step is asked for",
    "codes are made",
    "the password is changed",
    "everything is packed",
    "the account is left",
)
AT_ONCE = [what for what in GATED if what not in (*LATER, "a passkey is added")]  # that takes an authenticator


@pytest.mark.parametrize("what", AT_ONCE)
async def test_whoever_is_signed_out_while_they_ask_changes_nothing_of_it(ada: Ada, what: str) -> None:
    async with ada.desk.for_person(ada.someone.owner_id) as work:
        await work.accounts.hold()  # as who sets a new password
        await sessions.end_all(work)
        await work.session.flush()
        asking = asyncio.ensure_future(GATED[what](ada))
        await until_somebody_waits(work)
    before = ada.rows()
    with pytest.raises(NotFresh):
        await asking
    assert ada.rows() == before


@pytest.mark.parametrize("what", LATER)
async def test_nor_does_whoever_is_signed_out_once_they_have_passed(
    ada: Ada, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow hashes lie between the gate and the act: a guest who knows the old password would undo the new one."""
    with psycopg.connect(ada.desk.database.address.conninfo()) as admin:
        admin.execute("UPDATE app.accounts SET two_steps_at = now(), verified_at = now()")
        admin.execute("DELETE FROM app.exports")
    at_the_gate, kept = fresh.require, list[Any]()

    async def passed(work: Work, someone: Someone) -> None:
        await at_the_gate(work, someone)
        if not kept:
            await sessions.end_all(work)
            await work.session.flush()
            kept.append(ada.accounts())

    monkeypatch.setattr(fresh, "require", passed)
    ada.someone = replace(ada.someone, took_two_steps=True)
    with pytest.raises(NotFresh):
        await GATED[what](ada)
    assert kept == [ada.accounts()]


@pytest.mark.parametrize("what", ["a passkey is removed", "an account elsewhere is removed", "everything is packed"])
async def test_whoever_signed_in_just_now_passes(ada: Ada, what: str) -> None:
    ada.is_old(fresh.FRESH - timedelta(seconds=30))
    before = ada.rows()
    await GATED[what](ada)
    assert ada.rows() != before


async def test_a_provider_that_only_knew_the_browser_is_not_enough_where_there_is_something_to_show(
    ada: Ada,
) -> None:
    owner_id = ada.someone.owner_id
    for is_proven, password, passes in ((False, "a hash", False), (False, "", False), (True, "a hash", True)):
        async with ada.desk.for_person(owner_id) as work:
            (await work.accounts.mine()).password_hash = password
        comer = Newcomer(replace(CLAIM, is_proven=is_proven), "GitHub", "test", SignUp.CLOSED)
        entered = await identities.sign_in(ada.desk, comer)
        assert isinstance(entered, sessions.SignedIn)
        someone = await sessions.who(ada.desk, entered.token)
        assert someone is not None
        with nullcontext() if passes else pytest.raises(OnlyVouchedFor):  # also with the passkey alone
            await fresh.require_before(ada.desk, someone)
    async with ada.desk.for_person(owner_id) as work:
        (await work.accounts.mine()).password_hash = ""
        await work.session.delete(await work.passkeys.get(ada.passkey_id))
    entered = await identities.sign_in(ada.desk, Newcomer(CLAIM, "GitHub", "test", SignUp.CLOSED))
    assert isinstance(entered, sessions.SignedIn)
    nothing_else = await sessions.who(ada.desk, entered.token)
    assert nothing_else is not None
    await fresh.require_before(ada.desk, nothing_else)


async def test_a_session_that_has_ended_meanwhile_does_not_pass(ada: Ada) -> None:
    async with ada.desk.for_person(ada.someone.owner_id) as work:
        await sessions.end(work, ada.someone.session_id)
    with pytest.raises(NotFresh):
        await GATED["a passkey is removed"](ada)
