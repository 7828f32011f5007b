"""Passkeys over HTTP: what opens the door, and everything that doesn't."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from portrait_app.services import limits, passkeys, sessions
from portrait_app.services.cookie import COOKIE
from tests.authenticator import PRESENT, Authenticator
from tests.http.passkeys.conftest import OURS, Browser
from tests.services.test_cancelling_races import until_somebody_waits

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.database.address import Address
    from tests.builders import House as TestHouse

_WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_whoever_has_the_passkey_is_signed_in_without_an_address_or_a_password_however_many_guess_that(
    ada: Browser, somebody: Browser
) -> None:
    owner, device = await ada.signs_up("Ada"), Authenticator(OURS)
    for _ in range(limits.SIGN_IN_OF_ACCOUNT.at_once):
        await limits.take(ada.house.desk, limits.SIGN_IN_OF_ACCOUNT, "ada@example.com")
    assert (await somebody.enters("Ada")).status_code == 429
    added = await ada.adds(device)
    assert (added.status_code, added.json()["name"]) == (200, "A browser on an iPhone")
    for turn in (1, 2):
        opened = await somebody.opens(device)
        assert (opened.status_code, opened.json()) == (200, {"next": "/home"})
        assert (await somebody.someone()).owner_id == owner
        (key,) = await somebody.keys()
        assert key.sign_count == turn
        assert key.used_at is not None


async def test_asvs_7_2_4_signing_in_anew_ends_the_session_before(ada: Browser) -> None:
    device = Authenticator(OURS)
    await ada.signs_up("Ada")
    await ada.adds(device)
    before = ada.client.cookies[COOKIE]
    assert (await ada.opens(device)).status_code == 200
    assert ada.client.cookies[COOKIE] != before
    assert await sessions.who(ada.house.desk, before) is None


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"origin": "http://localhost:8080"}, 400),
        ({"origin": "https://localhost.evil.example"}, 400),
        ({"house": "evil.example"}, 400),
        ({"flags": PRESENT}, 400),
        ({"handle": b"x" * 16}, 400),
        ({"handle": b""}, 400),
        ({"count": -1}, 400),
        ({"credential_id": b"somebody else's credential"}, 400),
    ],
    ids=["another-port", "another-site", "another-house", "unverified-user", "another-person", "nobody", "a-copy", "x"],
)
async def test_an_answer_that_is_wrong_in_one_thing_opens_nothing(
    ada: Browser, somebody: Browser, wrong: dict[str, Any], status: int
) -> None:
    device = Authenticator(OURS, count=5)
    await ada.signs_up("Ada")
    await ada.adds(device)
    assert (await ada.opens(device)).status_code == 200
    for name, value in wrong.items():
        setattr(device, name, value)
    refused = await somebody.opens(device)
    assert refused.status_code == status
    assert refused.json()["headline"]
    assert COOKIE not in somebody.client.cookies


async def test_of_two_answers_with_one_count_at_once_one_is_refused(
    ada: Browser, somebody: Browser, address: Address
) -> None:
    """One of two devices is a copy. The second waits for the first to be written down, and sees it."""
    device = Authenticator(OURS)
    await ada.signs_up("Ada")
    await ada.adds(device)
    async with await psycopg.AsyncConnection.connect(address.conninfo(), autocommit=True) as onlooker:
        async with await psycopg.AsyncConnection.connect(address.conninfo()) as first:
            await first.execute("UPDATE app.passkeys SET sign_count = 1")
            second = asyncio.create_task(somebody.opens(device))
            while not (await (await onlooker.execute(_WAITING)).fetchall()):
                assert not second.done()
                await asyncio.sleep(0)
        refused = await second
    assert (refused.status_code, COOKIE in somebody.client.cookies) == (400, False)


async def test_whoever_brings_a_passkey_while_it_is_removed_stays_outside(ada: Browser, somebody: Browser) -> None:
    device = Authenticator(OURS)
    owner = await ada.signs_up("Ada")
    await ada.adds(device)
    (key,) = await ada.keys()
    async with ada.house.desk.for_person(owner) as work:
        someone = await ada.someone()
        await work.accounts.hold()
        coming = asyncio.create_task(somebody.opens(device))
        await until_somebody_waits(work)  # and holds nothing that is waited for here
        await passkeys.remove(work, someone, key.id)
    refused = await coming
    assert (refused.status_code, refused.json()["why"], COOKIE in somebody.client.cookies) == (
        400, "PasskeyRefused", False)  # fmt: skip


async def test_the_questions_of_one_page_side_by_side_are_one_browsers(somebody: Browser) -> None:
    """The address field asks by itself; whoever clicked a provider's button meanwhile came back to "too long"."""
    await somebody.client.get("/auth/sign-in")
    met = somebody.client.cookies["browser"]
    first, second = [await somebody.asks("sign-in/begin") for _ in range(2)]
    assert f"browser={met};" in first.headers["set-cookie"]
    assert f"browser={met};" in second.headers["set-cookie"]
    await somebody.client.get("/auth/sign-in")
    assert somebody.client.cookies["browser"] == met


async def test_an_altered_signature_opens_nothing(ada: Browser, somebody: Browser) -> None:
    device = Authenticator(OURS)
    await ada.signs_up("Ada")
    await ada.adds(device)
    answer = device.sign((await somebody.asks("sign-in/begin")).json())
    signature = answer["response"]["signature"]
    answer["response"]["signature"] = signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]
    assert (await somebody.asks("sign-in", answer)).status_code == 400
    assert COOKIE not in somebody.client.cookies


async def test_another_persons_credential_signs_in_that_person_and_never_the_one_named(
    ada: Browser, somebody: Browser, house: TestHouse, tmp_path: Path
) -> None:
    adas, bobs, bob = Authenticator(OURS), Authenticator(OURS), Browser(house, tmp_path)
    await ada.signs_up("Ada")
    await bob.signs_up("Bob")
    await ada.adds(adas)
    await bob.adds(bobs)
    bobs.handle = adas.handle  # he says that he is Ada
    assert (await somebody.opens(bobs)).status_code == 400
    bobs.credential_id = adas.credential_id  # he names her credential as well, and signs with his own key
    assert (await somebody.opens(bobs)).status_code == 400
    assert COOKIE not in somebody.client.cookies


async def test_a_credential_belongs_to_one_person(ada: Browser, house: TestHouse, tmp_path: Path) -> None:
    device, bob = Authenticator(OURS), Browser(house, tmp_path)
    await ada.signs_up("Ada")
    await bob.signs_up("Bob")
    assert (await ada.adds(device)).status_code == 200
    assert (await bob.adds(device)).status_code == 400
    assert await bob.keys() == []


async def test_a_challenge_is_answered_once_by_the_browser_it_was_given_to(
    ada: Browser, somebody: Browser, house: TestHouse, tmp_path: Path
) -> None:
    device = Authenticator(OURS)
    await ada.signs_up("Ada")
    await ada.adds(device)
    options = (await somebody.asks("sign-in/begin")).json()
    answer = device.sign(options)
    thief = Browser(house, tmp_path)
    await thief.asks("sign-in/begin")
    assert (await thief.asks("sign-in", answer)).status_code == 410  # a browser it was not given to
    assert (await somebody.asks("sign-in", answer)).status_code == 200
    assert (await somebody.asks("sign-in", answer)).status_code == 410
    assert (await somebody.asks("sign-in", device.sign(options))).status_code == 410  # signed anew, asked before
    made_up = {"challenge": "bm8gY2hhbGxlbmdl"}
    assert (await somebody.asks("sign-in", device.sign(made_up))).status_code == 410


async def test_a_challenge_is_forgotten_after_a_while(
    ada: Browser, somebody: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Authenticator(OURS)
    await ada.signs_up("Ada")
    await ada.adds(device)
    monkeypatch.setattr("portrait_app.services.errands.LIFETIME", timedelta(seconds=-1))
    late = await somebody.opens(device)
    assert (late.status_code, late.json()["headline"]) == (410, "That took a little too long")


async def test_a_challenge_for_adding_is_of_no_use_for_signing_in(ada: Browser) -> None:
    device = Authenticator(OURS)
    await ada.signs_up("Ada")
    await ada.adds(device)
    options = (await ada.asks("add/begin")).json()
    assert (await ada.asks("sign-in", device.sign(options))).status_code == 410
