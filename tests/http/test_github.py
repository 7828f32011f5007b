"""Signing in by GitHub, which speaks OAuth 2 and no OpenID: against a stand-in that obeys its documented contract."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from portrait_app.adapters.github import GitHub
from portrait_app.domain.account import Account
from portrait_app.domain.clock import now
from portrait_app.services import invites, limits
from portrait_app.services.limits import Limit
from portrait_app.settings import Settings
from tests.builders import rewrite
from tests.http.doors import app_of, listening, serving
from tests.http.github import OURS, SETTINGS, FakeGitHub, Town

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from portrait_app.adapters.oidc import Provider
    from tests.builders import House


@pytest.fixture
async def town(house: House, tmp_path: Path) -> AsyncGenerator[Town]:
    fake = FakeGitHub()
    with listening() as port:
        fake.issuer = f"http://127.0.0.1:{port.getsockname()[1]}"
        settings = Settings.model_validate(SETTINGS | {"PORTRAIT_DATA_DIR": tmp_path})
        providers: dict[str, Provider] = {"github": GitHub("github", "GitHub", fake.issuer, "studio", "secret")}
        transport = httpx.ASGITransport(app_of(house.desk, settings, providers))
        async with serving(fake.app(), port), httpx.AsyncClient(transport=transport, base_url=OURS) as client:
            yield Town(house, fake, client, settings)


async def test_the_person_is_a_number_and_their_address_the_primary_one(town: Town) -> None:
    answer = await town.returns()
    assert (answer.status_code, answer.headers["location"]) == (303, "/gallery")
    someone = await town.someone()
    assert someone is not None
    async with town.house.desk.for_person(someone.owner_id) as work:
        account, (identity,) = await work.accounts.mine(), await work.identities.all()
    assert (account.email, account.name) == ("octo@example.com", "octo")
    assert (identity.issuer, identity.subject) == (town.github.issuer, "42")


async def test_a_new_name_and_a_new_address_there_are_the_same_person_here(town: Town) -> None:
    await town.returns()
    first = await town.someone()
    town.github.person |= {"login": "cat", "name": "Cat"}
    town.github.addresses[1]["email"] = "cat@example.com"
    await town.returns()
    again = await town.someone()
    assert first is not None
    assert again is not None
    assert again.owner_id == first.owner_id


async def test_who_comes_first_in_several_tabs_at_once_comes_in_in_each(town: Town) -> None:
    callbacks = [await town.callback() for _ in range(6)]
    answers = await asyncio.gather(*(town.client.get(callback) for callback in callbacks))
    assert [answer.headers["location"] for answer in answers] == ["/gallery"] * 6


async def test_who_takes_over_a_name_there_is_somebody_else_here(town: Town) -> None:
    await town.returns()
    first = await town.someone()
    town.github.person["id"] = 43
    town.github.addresses[1]["email"] = "other@example.com"
    await town.returns()
    other = await town.someone()
    assert first is not None
    assert other is not None
    assert other.owner_id != first.owner_id


@pytest.mark.parametrize(
    "addresses",
    [
        [],
        [{"email": "octo@example.com", "primary": True, "verified": False}],
        [{"email": "octo@example.com", "primary": False, "verified": True}],
        [{"email": "octo@example.com", "primary": 1, "verified": "yes"}],
    ],
    ids=["none", "not-verified", "not-primary", "not-said-so"],
)
async def test_only_a_verified_primary_address_makes_an_account(town: Town, addresses: list[dict[str, Any]]) -> None:
    town.github.addresses = addresses
    answer = await town.returns()
    assert "trouble=Unverified" in answer.headers["location"]
    told = await town.client.get(answer.headers["location"])
    assert "verified there" in told.text
    assert await town.someone() is None


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"state": "made-up"}, "TooLate"),
        ({"state": ""}, "TooLate"),
        ({"code": "made-up"}, "NotProven"),
        ({"code": ""}, "NotProven"),
        ({"iss": "https://evil.example"}, "NotProven"),
        ({"error": "access_denied"}, "Declined"),
    ],
    ids=["another-state", "no-state", "another-code", "no-code", "another-issuer", "declined"],
)
async def test_an_answer_that_is_wrong_in_one_thing_opens_nothing(
    town: Town, changes: dict[str, str], trouble: str
) -> None:
    answer = await town.returns(**changes)
    assert f"trouble={trouble}" in answer.headers["location"]
    assert await town.someone() is None


async def test_an_answer_without_an_issuer_is_taken_where_none_is_promised(town: Town) -> None:
    assert (await town.returns(iss="")).headers["location"] == "/gallery"


async def test_another_sites_page_sends_nobody_on_the_way(town: Town) -> None:
    answer = await town.client.get("/auth/with/github", headers={"Sec-Fetch-Site": "cross-site"})
    assert "trouble=FromElsewhere" in answer.headers["location"]


async def test_nobody_links_without_being_signed_in(town: Town) -> None:
    answer = await town.client.get("/auth/with/github?link=yes")
    assert answer.headers["location"].startswith("/auth/sign-in")


@pytest.mark.parametrize("path", ["/auth/with/google", "/auth/with/oidc/callback", "/auth/with/..%2f..%2fetc"])
async def test_a_provider_that_is_not_configured_is_not_there(town: Town, path: str) -> None:
    assert (await town.client.get(path)).status_code == 404


async def test_the_sign_in_page_offers_only_what_is_configured(town: Town) -> None:
    page = (await town.client.get("/auth/sign-in?next=/create")).text
    assert "Continue with GitHub" in page
    assert 'href="/auth/with/github?next=%2Fcreate"' in page
    assert "Google" not in page
    assert "<script>" not in (await town.client.get("/auth/sign-in?trouble=<script>&with=<script>")).text


@pytest.mark.parametrize(("sign_up", "said"), [("open", ""), ("invite", "by invitation"), ("closed", "nobody new")])
async def test_whoever_is_new_gets_an_account_only_where_anybody_may(
    town: Town, monkeypatch: pytest.MonkeyPatch, sign_up: str, said: str
) -> None:
    await town.house.somebody("Operator")
    monkeypatch.setitem(vars(town.settings), "sign_up", sign_up)
    answer = await town.returns()
    assert (await town.someone() is not None) == (not said)
    assert said in (await town.client.get(answer.headers["location"])).text


async def test_a_closed_studio_lets_in_whose_address_is_proven_on_both_sides_and_whom_it_knows(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(town.settings), "sign_up", "closed")
    owner_id = await town.house.somebody("Octo")
    await rewrite(town.house, Account, owner_id, email="octo@example.com", verified_at=now())
    for _ in range(limits.SIGN_IN_OF_ACCOUNT.at_once):  # somebody guesses at the password meanwhile
        await limits.take(town.house.desk, limits.SIGN_IN_OF_ACCOUNT, "octo@example.com")
    for address in ("octo@example.com", "elsewhere@example.com"):
        town.github.addresses[1]["email"] = address
        await town.returns()
        someone = await town.someone()
        assert someone is not None
        assert someone.owner_id == owner_id
        await town.client.post("/auth/sign-out", headers={"Origin": OURS})


async def test_an_invitation_is_used_by_whoever_comes_back_with_it_first(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town.house.desk.for_person(await town.house.somebody("Operator")) as work:
        invite = await invites.invite(work)
    monkeypatch.setitem(vars(town.settings), "sign_up", "invite")
    page = (await town.client.get("/auth/sign-up", params={"invite": invite})).text
    assert f"/auth/with/github?invite={invite}" in page
    callback = urlsplit(await town.callback(invite=invite))
    assert (await town.client.get(f"{callback.path}?{callback.query}")).headers["location"] == "/gallery"
    town.github.person["id"] = 43
    town.github.addresses[1]["email"] = "second@example.com"
    callback = urlsplit(await town.callback(invite=invite))
    refused = await town.client.get(f"{callback.path}?{callback.query}")
    assert "trouble=NotInvited" in refused.headers["location"]


async def test_a_network_is_sent_there_so_often_and_then_waits(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.model_validate(SETTINGS | {"PORTRAIT_DATA_DIR": tmp_path})
    transport = httpx.ASGITransport(app_of(house.desk, settings), client=("203.0.113.7", 5000))
    monkeypatch.setattr(limits, "PROVIDER_OF_NETWORK", Limit("of this test", 2, timedelta(minutes=1)))
    async with httpx.AsyncClient(transport=transport, base_url=OURS) as browser:
        said = [(await browser.get("/auth/with/github")).status_code for _ in range(3)]
        assert said == [303, 303, 429]
        none = await browser.get("/auth/with/gitlab")
    assert (none.status_code, 'href="/auth/sign-in"' in none.text) == (404, True)


@pytest.mark.parametrize("invite", ["\x00", "x" * 5000, "\ud7ff\u202e", "'; --"])
async def test_an_invitation_that_is_none_breaks_nothing(town: Town, invite: str) -> None:
    assert (await town.client.get("/auth/with/github", params={"invite": invite})).status_code == 303


async def test_asvs_6_3_3_a_provider_is_one_step_and_the_passkey_follows_it(town: Town) -> None:
    await town.returns()
    someone = await town.someone()
    assert someone is not None
    assert not someone.took_two_steps
    await rewrite(town.house, Account, someone.owner_id, two_steps_at=now())
    assert await town.someone() is None
    answer = await town.returns()
    assert answer.headers["location"] == "/auth/second"
    assert await town.someone() is None


async def test_an_account_that_asks_for_two_steps_links_itself_to_nothing(town: Town) -> None:
    owner_id = await town.house.somebody("Octo")
    await rewrite(town.house, Account, owner_id, email="octo@example.com", verified_at=now(), two_steps_at=now())
    assert "trouble=AddressKnown" in (await town.returns()).headers["location"]
    async with town.house.desk.for_person(owner_id) as work:
        assert await work.identities.all() == []


async def test_where_two_steps_are_required_whoever_is_new_is_led_to_their_first_passkey(town: Town) -> None:
    town.house.desk.asks_two_steps = True
    assert (await town.returns()).headers["location"] == "/auth/first-passkey"
    assert await town.someone() is None
