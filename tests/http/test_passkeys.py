"""Passkeys over HTTP: what opens the door, and everything that doesn't."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlmodel import update

from portrait_app.adapters.passkeys import House, NoPasskeysHere
from portrait_app.domain.account import Account
from portrait_app.domain.mail import MailKind
from portrait_app.errors import NotFound
from portrait_app.services import limits, passkeys, sessions, ways
from portrait_app.services.cookie import COOKIE
from portrait_app.services.limits import Limit
from portrait_app.services.ways import LastWayIn
from portrait_app.settings import Settings
from tests.authenticator import PRESENT, Authenticator
from tests.builders import PASSWORD
from tests.http.doors import app_of

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from portrait_app.domain.passkey import Passkey
    from portrait_app.services.sessions import Someone
    from tests.builders import House as TestHouse

OURS = "http://localhost:3000"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X)"


class Browser:
    """A browser at the doors, with what its pages' scripts do."""

    def __init__(self, house: TestHouse, folder: Path, **settings: Any) -> None:
        read = Settings.model_validate({"PORTRAIT_DATA_DIR": folder, "PORT": 3000, **settings})
        self.house = house
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app_of(house.desk, read), client=("203.0.113.7", 5000)),
            base_url=OURS,
            headers={"Origin": OURS, "User-Agent": PHONE},
        )

    async def signs_up(self, name: str) -> UUID:
        form = {"name": name, "email": f"{name.lower()}@example.com", "password": PASSWORD}
        assert (await self.client.post("/auth/sign-up", data=form)).status_code == 303
        return (await self.someone()).owner_id

    async def someone(self) -> Someone:
        found = await sessions.who(self.house.desk, self.client.cookies.get(COOKIE) or "")
        assert found is not None
        return found

    async def asks(self, path: str, sent: Any = None) -> httpx.Response:
        return await self.client.post(f"/auth/passkeys/{path}", json=sent or {})

    async def adds(self, device: Authenticator) -> httpx.Response:
        options = (await self.asks("add/begin")).json()
        return await self.asks("add", device.make(options))

    async def opens(self, device: Authenticator) -> httpx.Response:
        options = (await self.asks("sign-in/begin")).json()
        return await self.asks("sign-in", device.sign(options))

    async def keys(self) -> list[Passkey]:
        async with self.house.desk.for_person((await self.someone()).owner_id) as work:
            return list(await work.passkeys.all())


@pytest.fixture
def ada(house: TestHouse, tmp_path: Path) -> Browser:
    return Browser(house, tmp_path)


@pytest.fixture
def somebody(house: TestHouse, tmp_path: Path) -> Browser:
    """Another browser; nobody is signed in there."""
    return Browser(house, tmp_path)


async def test_whoever_has_the_passkey_is_signed_in_without_an_address_or_a_password(
    ada: Browser, somebody: Browser
) -> None:
    owner, device = await ada.signs_up("Ada"), Authenticator(OURS)
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


async def test_asvs_7_5_1_a_passkey_is_added_only_soon_after_signing_in(
    ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Authenticator(OURS)
    await ada.signs_up("Ada")
    options = (await ada.asks("add/begin")).json()
    monkeypatch.setattr(ways, "FRESH", timedelta(seconds=-1))
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
    for act in (passkeys.remove, partial(passkeys.rename, name="mine")):
        with pytest.raises(NotFound):
            async with house.desk.for_person(bobs) as work:
                await act(work, key.id)
    assert [each.name for each in await ada.keys()] == ["My phone"]
    async with house.desk.for_person(owner) as work:
        await passkeys.remove(work, key.id)
    assert await ada.keys() == []


async def test_asvs_6_3_7_the_person_is_told_by_mail_of_each_change(ada: Browser) -> None:
    owner = await ada.signs_up("Ada")
    ada.house.queue.mails.clear()
    await ada.adds(Authenticator(OURS))
    (key,) = await ada.keys()
    async with ada.house.desk.for_person(owner) as work:
        await passkeys.remove(work, key.id)
    async with ada.house.desk.for_service(owner) as work:
        written = [await work.mails.find(mail_id) for _, mail_id in ada.house.queue.mails]
    assert [(mail.kind, mail.address) for mail in written if mail] == [(MailKind.NEW_WAYS, "ada@example.com")] * 2


async def test_a_removed_passkey_opens_nothing(ada: Browser, somebody: Browser) -> None:
    device = Authenticator(OURS)
    owner = await ada.signs_up("Ada")
    await ada.adds(device)
    (key,) = await ada.keys()
    async with ada.house.desk.for_person(owner) as work:
        await passkeys.remove(work, key.id)
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
            await passkeys.remove(work, key.id)
    assert len(await ada.keys()) == 1


async def test_asvs_6_3_1_a_network_that_asks_too_often_is_told_how_long_to_wait(
    somebody: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PASSKEY_OF_NETWORK", Limit("of this test", 2, timedelta(minutes=1)))
    answers = [await somebody.asks("sign-in/begin") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Please wait" in answers[-1].json()["hint"]
