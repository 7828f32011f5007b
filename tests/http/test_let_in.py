"""Without a mail server: one answer whether or not an address has an account, and the operator lets people in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portrait_app.services import admitting, invites, sessions
from portrait_app.services.admitting import NobodyWaits
from tests.http.front import NEW, PASSWORD, Studio, typed
from tests.http.test_what_strangers_learn import FREE, HERS, STRANGERS, same

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from portrait_app.database.accounts import Waiting
    from portrait_app.database.address import Address

STRANGER = {"email": FREE, "password": STRANGERS}


@pytest.fixture
async def home(studio: Studio) -> Studio:
    """A studio without a mail server, which is Ada's."""
    await studio.browser().post("/auth/sign-up", data=typed())
    await studio.deliver()
    studio.mailbox.mails.clear()
    return studio


async def operator(studio: Studio) -> UUID:
    browser = studio.browser(at="192.0.2.9")
    await browser.post("/auth/sign-in", data=typed())
    owner_id = await studio.who(browser)
    assert owner_id is not None
    return owner_id


async def waiting(studio: Studio, owner_id: UUID) -> list[Waiting]:
    async with studio.house.desk.for_person(owner_id) as work:
        return list(await admitting.who_waits(work))


async def invited(studio: Studio) -> str:
    async with studio.house.desk.for_person(await operator(studio)) as work:
        return await invites.invite(work)


async def asks(studio: Studio, **changes: str) -> httpx.AsyncClient:
    browser = studio.browser()
    assert (await browser.post("/auth/sign-up", data=typed(**{**STRANGER, **changes}))).status_code == 200
    return browser


async def let_in(studio: Studio) -> None:
    ada = await operator(studio)
    (one,) = await waiting(studio, ada)
    async with studio.house.desk.for_person(ada) as work:
        await admitting.let_in(work, one.id)


async def test_asvs_6_3_8_without_a_mail_server_signing_up_and_then_in_says_nothing_of_an_account(home: Studio) -> None:
    seen = []
    for email in (HERS, FREE):
        stranger, tried = home.browser(), {"email": email, "password": STRANGERS}
        answers = [await stranger.post("/auth/sign-up", data=typed(**tried)) for _ in range(2)]
        answers += [await stranger.post("/auth/sign-in", data=tried) for _ in range(3)]
        answers += [await stranger.post("/auth/forgot", data=tried)]
        seen.append([same(answer, email) for answer in answers])
        assert await home.who(stranger) is None
    assert seen[0] == seen[1]
    assert [status for status, *_ in seen[0]] == [200, 200, 422, 422, 422, 200]
    assert "They see under You who would like to come in" in seen[0][0][1]
    assert "whoever runs it can give it to you" in seen[0][-1][1]
    await home.deliver()
    assert (home.mailbox.to(HERS).count("You have an account already"), home.mailbox.to(FREE)[0]) == (
        2, "Confirm your address",
    )  # fmt: skip


async def test_asvs_6_3_8_nor_does_an_invitation_which_is_used_up_either_way_and_lets_in_at_once(home: Studio) -> None:
    inviting = home.with_settings(sign_up="invite")
    seen, left = [], []
    for email in (HERS, FREE):
        invite, stranger = await invited(inviting), inviting.browser()
        answer = await stranger.post("/auth/sign-up", data=typed(email=email, password=STRANGERS, invite=invite))
        seen.append(same(answer, email))
        left.append((await stranger.get("/auth/sign-up", params={"invite": invite})).status_code)
    assert (seen[0], left) == (seen[1], [403, 403])
    assert await waiting(inviting, await operator(inviting)) == []
    assert [await inviting.can_enter(STRANGERS, email) for email in (HERS, FREE)] == [False, True]
    assert await inviting.can_enter(PASSWORD)


async def test_whoever_waits_is_let_in_by_the_operator_and_their_address_stays_unconfirmed(home: Studio) -> None:
    browser, ada = await asks(home, name="Eve"), await operator(home)
    (one,) = await waiting(home, ada)
    assert (one.name, one.email) == ("Eve", FREE)
    assert not await home.can_enter(STRANGERS, FREE)
    await let_in(home)
    assert await waiting(home, ada) == []
    assert (await browser.post("/auth/sign-in", data=STRANGER)).status_code == 303
    assert await home.who(browser) == one.id
    async with home.house.desk.for_person(one.id) as work:
        assert (await work.accounts.mine()).verified_at is None
        assert await work.accounts.waiting(9) == []  # nobody else's to see
    posting = home.with_settings(smtp_host="mail.studio.test")
    assert not await posting.can_enter(STRANGERS, FREE)  # as any other whose address isn't confirmed


async def test_whoever_is_turned_away_is_gone_and_may_ask_again(home: Studio) -> None:
    await asks(home)
    await home.deliver()
    ada, link = await operator(home), home.mailbox.link()
    (one,) = await waiting(home, ada)
    async with home.house.desk.for_person(ada) as work:
        await admitting.turn_away(work, one.id)
    for again in (admitting.turn_away, admitting.let_in):
        with pytest.raises(NobodyWaits):
            async with home.house.desk.for_person(ada) as work:
                await again(work, one.id)
    assert (await home.browser().post(link, data={"password": STRANGERS})).status_code == 410
    await asks(home)
    assert len(await waiting(home, ada)) == 1


async def test_nobody_but_the_operator_sees_who_waits_or_lets_them_in_and_nobody_in_is_turned_away(
    home: Studio, address: Address
) -> None:
    await asks(home)
    await let_in(home)
    ada = await operator(home)
    bob = home.browser()
    await bob.post("/auth/sign-in", data=STRANGER)
    his = await home.who(bob)
    assert his is not None
    await asks(home, email="eve@example.com")
    (eve,) = await waiting(home, ada)
    for who, whom in ((his, eve.id), (eve.id, eve.id), (his, ada), (ada, his), (ada, ada)):
        for act in (admitting.let_in, admitting.turn_away):
            with pytest.raises(NobodyWaits):
                async with home.house.desk.for_person(who) as work:
                    await act(work, whom)
    assert [await waiting(home, who) for who in (his, eve.id)] == [[], []]
    with psycopg.connect(address.conninfo()) as admin:
        assert admin.execute("SELECT count(*) FROM app.accounts").fetchone() == (3,)


async def test_a_link_to_a_new_password_is_not_sent_to_who_waits_and_opens_nothing(home: Studio) -> None:
    posting = home.with_settings(smtp_host="mail.studio.test")
    await asks(posting)
    await home.deliver()
    by_mail = await posting.forgotten(FREE)
    sent = len(home.mailbox.mails)
    assert await home.forgotten(FREE) == by_mail
    assert len(home.mailbox.mails) == sent
    assert (await home.browser().post(by_mail, data={"password": NEW})).status_code == 410
    assert [await home.can_enter(password, FREE) for password in (NEW, STRANGERS)] == [False, False]


async def test_the_link_in_the_outbox_lets_in_whoever_knows_the_password(home: Studio) -> None:
    browser = await asks(home)
    await home.deliver()
    link = home.mailbox.link()
    assert (await browser.post(link, data={"password": "not the password"})).status_code == 422
    assert (await browser.post(link, data={"password": STRANGERS})).headers["location"] == "/home"
    assert await home.who(browser)
    assert await waiting(home, await operator(home)) == []


async def test_asvs_8_4_1_no_session_can_begin_for_who_waits_and_nobody_lets_themselves_in(home: Studio) -> None:
    """Walls of the database, for the day on which our own code forgets to ask."""
    await asks(home)
    (one,) = await waiting(home, await operator(home))
    with pytest.raises(ProgrammingError, match="row-level security") as refused:
        async with home.house.desk.for_person(one.id) as work:
            await sessions.open_session(work, "", is_proven=True)
    assert isinstance(refused.value.orig, InsufficientPrivilege)
    forged = (
        "INSERT INTO app.accounts (id, email, name, password_hash, look, preferences, created_at, let_in_at) "
        "VALUES (app.uid(), 'x@example.com', 'x', 'x', '{}', '{}', now(), now())"
    )
    for statement in ("UPDATE app.accounts SET let_in_at = now()", forged):
        with pytest.raises(ProgrammingError):
            async with home.house.desk.for_person(one.id) as work:
                await work.session.execute(text(statement))
    async with home.house.desk.for_person(one.id) as work:
        await work.session.execute(text("SELECT app.appoint_operator()"))
        assert not await work.accounts.is_operator()
        assert (await work.accounts.mine()).let_in_at is None


async def test_who_is_let_in_by_nobody_is_forgotten_in_time_and_nobody_else_is(home: Studio, address: Address) -> None:
    await asks(home)
    await let_in(home)
    await asks(home, email="eve@example.com")
    await asks(home, email="cyd@example.com")
    with psycopg.connect(address.conninfo()) as admin:
        age = "UPDATE app.accounts SET created_at = created_at - interval '14 days 1 minute' WHERE email <> %s"
        admin.execute(age, ["cyd@example.com"])
    assert await admitting.forget(home.house.desk) == 1
    with psycopg.connect(address.conninfo()) as admin:
        left = {email for (email,) in admin.execute("SELECT email FROM app.accounts")}
    assert left == {HERS, FREE, "cyd@example.com"}


async def test_whoever_tried_a_mail_server_in_vain_comes_in_first_by_the_same_address(studio: Studio) -> None:
    posting = studio.with_settings(smtp_host="mail.studio.test")
    for path, password in (("/auth/sign-in", PASSWORD), ("/auth/sign-up", NEW)):
        browser = studio.browser()
        await posting.browser().post("/auth/sign-up", data=typed())
        answer = await browser.post(path, data=typed(password=password))
        assert answer.status_code == 303
        ada = await studio.who(browser)
        assert ada is not None
        async with studio.house.desk.for_person(ada) as work:
            assert await work.accounts.is_operator()
        assert [each for each in (PASSWORD, NEW) if await studio.can_enter(each)] == [password]
        with psycopg.connect(studio.house.desk.database.address.conninfo()) as admin:
            admin.execute("DELETE FROM app.accounts")


async def test_the_operator_is_told_as_soon_as_somebody_asks(home: Studio, address: Address) -> None:
    ada = await operator(home)
    async with await psycopg.AsyncConnection.connect(address.conninfo(), autocommit=True) as listening:
        await listening.execute("LISTEN news")
        await asks(home)
        async for notice in listening.notifies(timeout=20, stop_after=1):
            assert notice.payload == f'["{ada}", "account", "{ada}"]'
            return
    pytest.fail("nobody was told")
