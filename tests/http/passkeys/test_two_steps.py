"""Asking for two steps, and for one again: by whom, when, and what ends with it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.account import Account
from portrait_app.domain.clock import now
from portrait_app.domain.mail import MailKind
from portrait_app.services import fresh, limits, passkeys, sessions, ways
from portrait_app.services.cookie import COOKIE
from portrait_app.services.limits import Limit
from portrait_app.services.ways import LastPasskey
from tests.authenticator import Authenticator
from tests.builders import PASSWORD, rewrite
from tests.http.passkeys.conftest import OURS, Browser, codes_in

if TYPE_CHECKING:
    from tests.builders import House as TestHouse

PAGE = "/auth/two-steps"


async def asks(browser: Browser) -> bool:
    """Whether whoever is signed in there asks for two steps."""
    async with browser.house.desk.for_person((await browser.someone()).owner_id) as work:
        return (await ways.of(work)).asks_two_steps


async def told(house: TestHouse) -> list[str]:
    found, house.queue.mails = house.queue.mails, []
    kinds = []
    for owner_id, mail_id in found:
        async with house.desk.for_service(owner_id) as work:
            mail = await work.mails.find(mail_id)
            kinds.append(mail.kind if mail else "")
    return kinds


@pytest.fixture
async def device(ada: Browser) -> Authenticator:
    """A passkey of Ada's, whose address is confirmed; she is signed in by her password."""
    device = Authenticator(OURS)
    await rewrite(ada.house, Account, await ada.signs_up("Ada"), verified_at=now())
    await ada.adds(device)
    return device


async def test_asvs_7_5_1_two_steps_are_asked_for_only_soon_after_a_sign_in_by_passkey(
    ada: Browser, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_password = await ada.types(PAGE, do="on")
    assert "trouble=NotByPasskey" in by_password.headers["location"]
    page = (await ada.client.get(by_password.headers["location"])).text
    assert "Please sign in with your passkey" in page
    await ada.opens(device)
    monkeypatch.setattr(fresh, "FRESH", timedelta(seconds=-1))
    assert "trouble=NotFresh" in (await ada.types(PAGE, do="on")).headers["location"]
    assert not await asks(ada)
    monkeypatch.undo()
    assert len(codes_in(await ada.types(PAGE, do="on"))) == 8
    assert await asks(ada)
    monkeypatch.setattr(fresh, "FRESH", timedelta(seconds=-1))
    for what in ("off", "codes", "on"):
        assert "trouble=NotFresh" in (await ada.types(PAGE, do=what)).headers["location"]
    assert await asks(ada)


async def test_it_needs_an_address_that_is_confirmed_and_a_passkey(ada: Browser, device: Authenticator) -> None:
    owner_id = (await ada.someone()).owner_id
    await rewrite(ada.house, Account, owner_id, verified_at=None)
    await ada.opens(device)
    assert "Confirm your address first" in (await ada.client.get(PAGE)).text
    refused = await ada.types(PAGE, do="on")
    assert (refused.status_code, "Confirm your address first" in refused.text) == (422, True)
    await rewrite(ada.house, Account, owner_id, verified_at=now())
    (key,) = await ada.keys()
    async with ada.house.desk.for_person(owner_id) as work:
        await passkeys.remove(work, await ada.someone(), key.id)
    assert "Add a passkey first" in (await ada.client.get(PAGE)).text
    assert (await ada.types(PAGE, do="on")).status_code == 422
    assert not await asks(ada)


async def test_who_presses_its_buttons_too_often_waits(
    ada: Browser, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ada.opens(device)
    monkeypatch.setattr(limits, "PASSWORD_OF_PERSON", Limit("of this test", 2, timedelta(minutes=1)))
    assert [(await ada.types(PAGE, do="codes")).status_code for _ in range(3)] == [422, 422, 429]


async def test_what_is_no_button_of_the_page_changes_nothing(ada: Browser, device: Authenticator) -> None:
    await ada.opens(device)
    for what in ("", "ON", "off; on"):
        assert (await ada.types(PAGE, do=what)).status_code == 422
    refused = await ada.types(PAGE, do="codes")
    assert (refused.status_code, "for accounts that ask for two steps" in refused.text) == (422, True)


async def test_sessions_that_took_one_step_end_when_two_are_asked_for(
    ada: Browser, somebody: Browser, device: Authenticator
) -> None:
    await somebody.enters("Ada")
    assert await somebody.is_in()
    await ada.opens(device)
    await ada.types(PAGE, do="on")
    assert not await somebody.is_in()
    assert await ada.is_in()
    async with ada.house.desk.for_person((await ada.someone()).owner_id) as work:
        assert [each.took_two_steps for each in await work.accounts.sessions()] == [True]


async def test_asvs_6_3_3_a_session_opened_by_one_step_a_moment_too_late_opens_nothing(
    ada: Browser, device: Authenticator
) -> None:
    await ada.opens(device)
    await ada.types(PAGE, do="on")
    async with ada.house.desk.for_person((await ada.someone()).owner_id) as work:
        late = await sessions.open_session(
            work, "its password was looked at before two steps were asked for", is_proven=True
        )
    assert await sessions.who(ada.house.desk, late.token) is None
    half = await sessions.behind(ada.house.desk, late.token)
    assert half is not None
    assert half.is_half


async def test_asvs_6_3_7_each_change_is_told_by_mail(ada: Browser, device: Authenticator) -> None:
    await ada.opens(device)
    await told(ada.house)
    await ada.types(PAGE, do="on")
    assert await told(ada.house) == [MailKind.TWO_STEPS_ON]
    assert (await ada.types(PAGE, do="off")).headers["location"] == PAGE
    assert await told(ada.house) == [MailKind.TWO_STEPS_OFF]
    await ada.types(PAGE, do="off")
    assert await told(ada.house) == []


async def test_turned_off_the_password_is_enough_and_the_codes_are_gone(
    ada: Browser, somebody: Browser, device: Authenticator
) -> None:
    await ada.opens(device)
    await ada.types(PAGE, do="on")
    await ada.types(PAGE, do="off")
    assert not await asks(ada)
    assert (await somebody.enters("Ada")).headers["location"] == "/home"
    async with ada.house.desk.for_person((await ada.someone()).owner_id) as work:
        assert await work.recovery_codes.left() == 0


async def test_the_last_passkey_stays_while_two_steps_are_asked_for(ada: Browser, device: Authenticator) -> None:
    await ada.opens(device)
    await ada.types(PAGE, do="on")
    owner_id, (key,) = (await ada.someone()).owner_id, await ada.keys()
    with pytest.raises(LastPasskey, match=str(owner_id)) as refused:
        async with ada.house.desk.for_person(owner_id) as work:
            await passkeys.remove(work, await ada.someone(), key.id)
    assert "Add another passkey first" in refused.value.hint
    await ada.adds(Authenticator(OURS))
    async with ada.house.desk.for_person(owner_id) as work:
        await passkeys.remove(work, await ada.someone(), key.id)
    assert len(await ada.keys()) == 1


async def test_a_new_password_leaves_a_session_what_it_was(ada: Browser, device: Authenticator) -> None:
    await ada.opens(device)
    await ada.types(PAGE, do="on")
    former = ada.client.cookies[COOKIE]
    answer = await ada.types("/auth/password", password=PASSWORD, new="eleven quiet lanterns")
    assert answer.headers["location"] == "/you"
    assert ada.client.cookies[COOKIE] != former
    assert (await ada.someone()).took_two_steps


async def test_who_is_signed_out_signs_in_first(somebody: Browser) -> None:
    for answer in (await somebody.client.get(PAGE), await somebody.types(PAGE, do="off")):
        assert answer.headers["location"] == "/auth/sign-in?next=%2Fauth%2Ftwo-steps"
