"""Passkeys over HTTP: added, named and removed by their owner alone, and the last way in stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlmodel import update

from portrait_app.adapters.passkeys import House, NoPasskeysHere
from portrait_app.domain.account import Account
from portrait_app.domain.mail import MailKind
from portrait_app.errors import NotFound
from portrait_app.services import fresh, limits, passkeys, sessions, ways
from portrait_app.services.limits import Limit
from portrait_app.services.ways import LastWayIn
from tests.authenticator import PRESENT, Authenticator
from tests.builders import PASSWORD
from tests.http.passkeys.conftest import OURS, Browser
from tests.services.test_cancelling_races import until_somebody_waits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.builders import House as TestHouse


async def test_asvs_7_5_1_a_passkey_is_added_only_soon_after_signing_in(
    ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Authenticator(OURS)
    await ada.signs_up("Ada")
    options = (await ada.asks("add/begin")).json()
    monkeypatch.setattr(fresh, "FRESH", timedelta(seconds=-1))
    refused = await ada.asks("add", device.make(options))
    assert (refused.status_code, refused.json()["why"]) == (403, "NotFresh")
    assert (await ada.asks("add/begin")).status_code == 403
    assert await ada.keys() == []
    monkeypatch.undo()
    form = {"email": "ada@example.com", "password": PASSWORD}
    assert (await ada.client.get("/auth/sign-in")).status_code == 303
    assert (await ada.client.get("/auth/sign-in?again=yes&next=/you")).status_code == 200
    assert (await ada.client.post("/auth/sign-in", data=form)).status_code == 303
    assert (await ada.adds(device)).status_code == 200


async def test_whoever_is_signed_out_while_they_add_one_leaves_no_way_in_behind(ada: Browser) -> None:
    device = Authenticator(OURS)
    await ada.signs_up("Ada")
    options = (await ada.asks("add/begin")).json()
    async with ada.house.desk.for_person((await ada.someone()).owner_id) as work:
        await work.accounts.hold()  # as who sets a new password
        await sessions.end_all(work)
        await work.session.flush()
        adding = asyncio.create_task(ada.asks("add", device.make(options)))
        await until_somebody_waits(work)
    refused = await adding
    assert (refused.status_code, refused.json()["why"]) == (403, "NotFresh")
    async with ada.house.desk.for_person(work.owner_id) as after:
        assert await after.passkeys.all() == []


async def test_of_many_that_are_added_at_once_no_more_are_kept_than_the_most(
    ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passkeys, "MOST", 2)
    devices = [Authenticator(OURS) for _ in range(4)]
    await ada.signs_up("Ada")
    asked = [(await ada.asks("add/begin")).json() for _ in devices]
    made = [device.make(options) for device, options in zip(devices, asked, strict=True)]
    answers = await asyncio.gather(*(ada.asks("add", each) for each in made))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409]
    assert len(await ada.keys()) == 2
    assert (await ada.asks("add/begin")).status_code == 409


async def test_one_that_does_not_make_sure_who_holds_it_is_not_added(ada: Browser) -> None:
    await ada.signs_up("Ada")
    assert (await ada.adds(Authenticator(OURS, flags=PRESENT))).status_code == 400
    assert await ada.keys() == []


async def test_nobody_adds_a_passkey_without_a_session_or_from_another_site(ada: Browser, somebody: Browser) -> None:
    assert (await somebody.asks("add/begin")).status_code == 401
    await ada.signs_up("Ada")
    for path in ("add/begin", "add", "sign-in/begin", "sign-in"):
        answer = await ada.client.post(f"/auth/passkeys/{path}", json={}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403


@pytest.mark.parametrize("sent", [b"", b"[]", b"null", b"{", b"[" * 50_000, b"x" * 100_000, b'{"response": 7}'])
@pytest.mark.parametrize("path", ["add", "sign-in"])
async def test_what_no_authenticator_sends_is_refused_in_words(ada: Browser, path: str, sent: bytes) -> None:
    await ada.signs_up("Ada")
    answer = await ada.client.post(f"/auth/passkeys/{path}", content=sent)
    assert answer.status_code == 400
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    ("public", "said"),
    [
        ("http://192.168.1.7:3000", "is a number"),
        ("https://[::1]:3000", "is a number"),
        ("http://studio.lan", "https:// pages alone"),
    ],
)
async def test_an_address_that_no_passkey_works_at_says_why(
    house: TestHouse, tmp_path: Path, public: str, said: str
) -> None:
    with pytest.raises(NoPasskeysHere) as refused:
        House.at(public)
    assert said in refused.value.hint
    answer = await Browser(house, tmp_path, APP_URL=public).asks("sign-in/begin")
    assert answer.status_code == 409
    assert said in answer.json()["hint"]


@pytest.mark.parametrize(
    "address", ["http://localhost:3000", "https://studio.example", "https://studio.example:8443/x"]
)
def test_an_address_with_a_name_is_one_for_passkeys(address: str) -> None:
    house = House.at(address)
    assert address.startswith(house.origin)
    assert house.name in ("localhost", "studio.example")


async def test_a_passkey_is_named_and_removed_by_its_owner_alone(
    ada: Browser, house: TestHouse, tmp_path: Path
) -> None:
    bob = Browser(house, tmp_path)
    await ada.signs_up("Ada")
    await ada.adds(Authenticator(OURS))
    owner = (await ada.someone()).owner_id
    (key,) = await ada.keys()
    async with house.desk.for_person(owner) as work:
        await passkeys.rename(work, key.id, "  My \x00phone ")
    async with house.desk.for_person(owner) as work:
        await passkeys.rename(work, key.id, " ")
    assert [each.name for each in await ada.keys()] == ["My phone"]
    bobs = await bob.signs_up("Bob")
    for act in (partial(passkeys.remove, someone=await bob.someone()), partial(passkeys.rename, name="mine")):
        with pytest.raises(NotFound):
            async with house.desk.for_person(bobs) as work:
                await act(work, passkey_id=key.id)
    assert [each.name for each in await ada.keys()] == ["My phone"]
    async with house.desk.for_person(owner) as work:
        await passkeys.remove(work, await ada.someone(), key.id)
    assert await ada.keys() == []


async def test_asvs_6_3_7_the_person_is_told_by_mail_of_each_change(ada: Browser) -> None:
    owner = await ada.signs_up("Ada")
    ada.house.queue.mails.clear()
    await ada.adds(Authenticator(OURS))
    (key,) = await ada.keys()
    async with ada.house.desk.for_person(owner) as work:
        await passkeys.remove(work, await ada.someone(), key.id)
    async with ada.house.desk.for_service(owner) as work:
        written = [await work.mails.find(mail_id) for _, mail_id in ada.house.queue.mails]
    assert [(mail.kind, mail.address) for mail in written if mail] == [(MailKind.NEW_WAYS, "ada@example.com")] * 2


async def test_a_removed_passkey_opens_nothing_and_leaves_nothing_open_but_where_it_was_removed(
    ada: Browser, somebody: Browser
) -> None:
    device = Authenticator(OURS)
    owner = await ada.signs_up("Ada")
    await ada.adds(device)
    await somebody.opens(device)
    (key,) = await ada.keys()
    async with ada.house.desk.for_person(owner) as work:
        await passkeys.remove(work, await ada.someone(), key.id)
    assert (await ada.is_in(), await somebody.is_in()) == (True, False)
    assert (await somebody.opens(device)).status_code == 400


async def test_the_last_way_in_stays(ada: Browser) -> None:
    owner = await ada.signs_up("Ada")
    await ada.adds(Authenticator(OURS))
    (key,) = await ada.keys()
    async with ada.house.desk.for_person(owner) as work:
        await work.session.execute(update(Account).values(password_hash=""))
        assert (await ways.of(work)).count == 1
    with pytest.raises(LastWayIn):
        async with ada.house.desk.for_person(owner) as work:
            await passkeys.remove(work, await ada.someone(), key.id)
    assert len(await ada.keys()) == 1


async def test_asvs_6_3_1_a_network_that_asks_too_often_is_told_how_long_to_wait(
    somebody: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PASSKEY_OF_NETWORK", Limit("of this test", 2, timedelta(minutes=1)))
    answers = [await somebody.asks("sign-in/begin") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Please wait" in answers[-1].json()["hint"]
