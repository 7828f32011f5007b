"""A studio that asks everybody for two steps: a password alone opens one page, where the first passkey is added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.services import passkeys, sessions
from portrait_app.services.cookie import COOKIE
from portrait_app.services.ways import LastPasskey
from tests.authenticator import Authenticator
from tests.builders import PASSWORD
from tests.http.passkeys.conftest import OURS, Browser, codes_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.builders import House as TestHouse

FIRST = "/auth/first-passkey"


@pytest.fixture(autouse=True)
def _required(house: TestHouse) -> None:
    house.desk.asks_two_steps = True


async def begins(browser: Browser, name: str) -> None:
    """Sign up; nothing is open yet."""
    answer = await browser.types("/auth/sign-up", name=name, email=f"{name.lower()}@example.com", password=PASSWORD)
    assert answer.headers["location"] == FIRST


async def test_asvs_6_3_3_where_it_is_required_a_password_alone_opens_the_page_of_the_first_passkey(
    ada: Browser,
) -> None:
    await begins(ada, "Ada")
    assert not await ada.is_in()
    for path in ("/auth/sign-in", "/auth/sign-up"):
        assert (await ada.client.get(path)).headers["location"] == FIRST
    for path in ("/auth/password", "/auth/address", "/auth/two-steps"):
        assert (await ada.client.get(path)).headers["location"].startswith("/auth/sign-in")
    page = (await ada.client.get(FIRST)).text
    assert 'data-passkey="add"' in page
    assert "Sign out" in page


async def test_asvs_6_3_3_the_first_passkey_opens_everything_in_a_new_session(ada: Browser) -> None:
    device = Authenticator(OURS)
    await begins(ada, "Ada")
    former = ada.client.cookies[COOKIE]
    assert (await ada.adds(device)).status_code == 200
    assert (await ada.someone()).took_two_steps
    assert ada.client.cookies[COOKIE] != former
    assert await sessions.behind(ada.house.desk, former) is None
    page = (await ada.client.get("/auth/two-steps")).text
    assert "You have no recovery codes" in page
    assert "Turn off" not in page
    assert len(codes_in(await ada.types("/auth/two-steps", do="codes"))) == 8
    refused = await ada.types("/auth/two-steps", do="off")
    assert (refused.status_code, "asks everybody" in refused.text) == (422, True)


async def test_asvs_6_3_3_a_second_passkey_is_not_added_by_a_password_alone(
    ada: Browser, somebody: Browser, house: TestHouse, tmp_path: Path
) -> None:
    await begins(ada, "Ada")
    thief = Browser(house, tmp_path)
    assert (await thief.enters("Ada")).headers["location"] == FIRST
    options = (await thief.asks("add/begin")).json()
    assert (await ada.adds(Authenticator(OURS))).status_code == 200
    assert (await thief.asks("add", Authenticator(OURS).make(options))).status_code == 401
    assert (await thief.asks("add/begin")).status_code == 401
    assert (await thief.client.get(FIRST)).headers["location"].startswith("/auth/sign-in?again=yes")
    assert (await somebody.enters("Ada")).headers["location"] == "/auth/second"
    assert len(await ada.keys()) == 1


@pytest.mark.parametrize("form", [{}, {"where": "everywhere"}])
async def test_whoever_is_halfway_in_can_sign_out(ada: Browser, form: dict[str, str]) -> None:
    await begins(ada, "Ada")
    token = ada.client.cookies[COOKIE]
    assert (await ada.types("/auth/sign-out", **form)).headers["location"] == "/"
    assert await sessions.behind(ada.house.desk, token) is None


async def test_whoever_is_in_needs_no_first_passkey(ada: Browser, somebody: Browser) -> None:
    await begins(ada, "Ada")
    await ada.adds(Authenticator(OURS))
    assert (await ada.client.get(FIRST)).headers["location"] == "/home"
    assert (await somebody.client.get(FIRST)).headers["location"] == "/auth/sign-in"


async def test_sessions_from_before_it_was_required_open_nothing(ada: Browser, house: TestHouse) -> None:
    house.desk.asks_two_steps = False
    await ada.signs_up("Ada")
    assert await ada.is_in()
    house.desk.asks_two_steps = True
    assert not await ada.is_in()
    assert (await ada.client.get("/auth/sign-in")).headers["location"] == FIRST


async def test_the_last_passkey_stays_where_everybody_is_asked_for_one(ada: Browser) -> None:
    await begins(ada, "Ada")
    await ada.adds(Authenticator(OURS))
    (key,) = await ada.keys()
    with pytest.raises(LastPasskey):
        async with ada.house.desk.for_person(key.owner_id) as work:
            await passkeys.remove(work, await ada.someone(), key.id)


async def test_where_browsers_give_no_passkeys_the_page_says_why(house: TestHouse, tmp_path: Path) -> None:
    ada = Browser(house, tmp_path, APP_URL="http://192.168.1.7:3000")
    ada.client.base_url = "http://192.168.1.7:3000"
    ada.client.headers["Origin"] = "http://192.168.1.7:3000"
    await begins(ada, "Ada")
    page = (await ada.client.get(FIRST)).text
    assert "is a number" in page
    assert 'data-passkey="add"' not in page
