"""Recovery codes: each stands in for a lost passkey once, and only their slow hashes are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import psycopg
import pytest

from portrait_app.domain.mail import MailKind
from portrait_app.services import limits, passkeys, recovery
from portrait_app.services.limits import Limit
from tests.authenticator import Authenticator
from tests.http.passkeys.conftest import OURS, Browser, codes_in

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.database.address import Address
    from tests.builders import House as TestHouse


async def kinds(browser: Browser) -> list[MailKind]:
    """What was told by mail since the last look."""
    told, browser.house.queue.mails = browser.house.queue.mails, []
    found = []
    for owner_id, mail_id in told:
        async with browser.house.desk.for_service(owner_id) as work:
            found.append(await work.mails.find(mail_id))
    return [mail.kind for mail in found if mail]


async def test_asvs_6_5_1_a_recovery_code_stands_in_for_the_passkey_once(ada: Browser, somebody: Browser) -> None:
    codes = await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    assert (len(codes), len(set(codes))) == (8, 8)
    await kinds(ada)
    await somebody.enters("Ada")
    opened = await somebody.types("/auth/second", code=codes[3].upper().replace("-", " "))
    assert (opened.status_code, opened.headers["location"]) == (303, "/auth/two-steps")
    assert (await somebody.someone()).took_two_steps
    assert "7 of 8 recovery codes left" in (await somebody.client.get("/auth/two-steps")).text
    assert await kinds(ada) == [MailKind.CODE_USED]
    await somebody.types("/auth/sign-out")
    await somebody.enters("Ada")
    again = await somebody.types("/auth/second", code=codes[3])
    assert (again.status_code, recovery.WRONG in again.text, codes[3] in again.text) == (422, True, False)
    assert not await somebody.is_in()
    assert (await somebody.types("/auth/second", code=codes[4])).status_code == 303


async def test_whoever_came_in_by_a_code_adds_another_passkey_and_removes_the_lost_one(
    ada: Browser, somebody: Browser
) -> None:
    codes = await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    (lost,) = await ada.keys()
    await somebody.enters("Ada")
    await somebody.types("/auth/second", code=codes[0])
    found = Authenticator(OURS)
    assert (await somebody.adds(found)).status_code == 200
    async with ada.house.desk.for_person(lost.owner_id) as work:
        await passkeys.remove(work, await somebody.someone(), lost.id)
    assert (await ada.opens(found)).status_code == 200


async def test_two_who_use_the_same_code_at_once_are_one(ada: Browser, somebody: Browser) -> None:
    codes = await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    owner_id = (await ada.someone()).owner_id
    code_id = await recovery.find(ada.house.desk, owner_id, codes[0])
    async with ada.house.desk.for_person(owner_id) as work:
        await recovery.use(work, code_id)
    with pytest.raises(recovery.WrongInput):
        async with ada.house.desk.for_person(owner_id) as work:
            await recovery.use(work, code_id)


async def test_asvs_6_5_2_only_slow_hashes_of_codes_are_in_the_database(ada: Browser, address: Address) -> None:
    codes = await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    with psycopg.connect(address.conninfo()) as admin:
        kept = admin.execute("SELECT c::text, code_hash FROM app.recovery_codes c").fetchall()
    assert len(kept) == 8
    assert all(hashed.startswith("$argon2id$") for _, hashed in kept)
    said = str(kept)
    assert not any(code in said or code.replace("-", "") in said for code in codes)


def test_asvs_6_5_4_a_code_has_more_than_20_bits_that_nobody_knows() -> None:
    sets = [recovery.made() for _ in range(200)]
    assert {code[0] for code in sets[0]} == set("01234567")  # its place in the set
    rest = [code[1:].replace("-", "") for each in sets for code in each]
    assert {len(each) for each in rest} == {9}
    assert len(set(rest)) == 1600
    assert set("".join(rest)) == set(recovery.LETTERS)  # 9 of 32 letters: 45 bits


@pytest.mark.parametrize("typed", ["", "0", "zzzzz-zzzzz", "0" * 200, "\0", "é" * 10, "\ud800"])
async def test_what_is_no_code_is_said_beside_its_field(ada: Browser, somebody: Browser, typed: str) -> None:
    await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    await somebody.enters("Ada")
    body = b"code=" + typed.encode("utf-8", "replace")
    answer = await somebody.client.post("/auth/second", content=body)
    assert (answer.status_code, "code-error" in answer.text) == (422, True)


async def test_another_persons_code_opens_nothing(
    ada: Browser, somebody: Browser, house: TestHouse, tmp_path: Path
) -> None:
    await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    bobs = await Browser(house, tmp_path).asks_for_two_steps("Bob", Authenticator(OURS))
    await somebody.enters("Ada")
    assert (await somebody.types("/auth/second", code=bobs[0])).status_code == 422
    assert not await somebody.is_in()


async def test_asvs_6_3_1_codes_cannot_be_guessed_quickly(ada: Browser, somebody: Browser) -> None:
    codes = await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    await somebody.enters("Ada")
    tried = [(await somebody.types("/auth/second", code="00000-00000")).status_code for _ in range(6)]
    assert tried == [422] * 5 + [429]
    late = await somebody.types("/auth/second", code=codes[0])
    assert (late.status_code, "Please wait" in late.text) == (429, True)
    assert not await somebody.is_in()


async def test_asvs_6_3_1_one_network_cannot_try_codes_of_many(
    somebody: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CODE_OF_NETWORK", Limit("of this test", 2, timedelta(minutes=1)))
    tried = [(await somebody.types("/auth/second", code="00000-00000")).status_code for _ in range(3)]
    assert tried == [303, 303, 429]


async def test_new_codes_take_the_place_of_the_old(ada: Browser, somebody: Browser) -> None:
    old = await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    await kinds(ada)
    new = codes_in(await ada.presses("codes"))
    assert (len(new), set(new) & set(old)) == (8, set())
    assert await kinds(ada) == [MailKind.NEW_CODES]
    await somebody.enters("Ada")
    assert (await somebody.types("/auth/second", code=old[0])).status_code == 422
    assert (await somebody.types("/auth/second", code=new[0])).status_code == 303


@pytest.mark.parametrize("what", ["on", "codes"])
async def test_codes_are_shown_once_and_a_page_that_is_loaded_again_renews_none(
    ada: Browser, somebody: Browser, what: str
) -> None:
    first = await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    shown = await ada.presses("codes") if what == "codes" else None
    codes = codes_in(shown) if shown else first
    sent = parse_qsl(shown.request.content.decode()) if shown else [("do", "on")]
    await kinds(ada)
    again = await ada.types("/auth/two-steps", **dict(sent))
    assert (again.status_code, again.headers["location"]) == (303, "/auth/two-steps?codes=shown")
    said = (await ada.client.get(again.headers["location"])).text
    assert "Your recovery codes were shown already" in said
    assert "8 of 8 recovery codes left" in said
    assert await kinds(ada) == []
    await somebody.enters("Ada")
    assert (await somebody.types("/auth/second", code=codes[0])).status_code == 303


async def test_few_codes_are_said_and_none_at_all(ada: Browser, address: Address) -> None:
    await ada.asks_for_two_steps("Ada", Authenticator(OURS))
    assert "stands in for a lost passkey once" in (await ada.client.get("/auth/two-steps")).text
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("UPDATE app.recovery_codes SET used_at = now() WHERE position > 1")
    few = (await ada.client.get("/auth/two-steps")).text
    assert "2 of 8 recovery codes left" in few
    assert "Make new ones" in few
    with psycopg.connect(address.conninfo()) as admin:
        admin.execute("UPDATE app.recovery_codes SET used_at = now()")
    assert "You have no recovery codes" in (await ada.client.get("/auth/two-steps")).text
