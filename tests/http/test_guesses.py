"""How often somebody may guess a password, by account and by network, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from portrait_app.services import limits
from portrait_app.services.limits import Limit
from tests.http.front import NEW, Studio, typed
from tests.http.test_what_strangers_learn import HERS

if TYPE_CHECKING:
    from portrait_app.database.address import Address


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
async def test_asvs_6_3_1_guesses_are_slowed_down_whether_or_not_there_is_an_account(
    studio: Studio, email: str
) -> None:
    await studio.browser().post("/auth/sign-up", data=typed())
    browser = studio.browser()
    wrong = typed(email=email, password="a wrong password")
    codes = [(await browser.post("/auth/sign-in", data=wrong)).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
    answer = await browser.post("/auth/sign-in", data=typed(email=email))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert f"Please wait {int(answer.headers['retry-after'])} seconds" in answer.text
    assert await studio.who(browser) is None


async def test_a_guesser_does_not_lock_somebody_out_who_signs_in_from_elsewhere(studio: Studio) -> None:
    await studio.browser().post("/auth/sign-up", data=typed())
    guesser = studio.browser(at="198.51.100.1")
    for _ in range(15):
        await guesser.post("/auth/sign-in", data=typed(password="a wrong password"))
    browser = studio.browser(at="203.0.113.9")
    assert (await browser.post("/auth/sign-in", data=typed())).status_code == 303


async def test_while_many_networks_guess_the_owner_comes_in_by_a_link_from_their_mailbox_and_in_no_other_browser(
    posting: Studio,
) -> None:
    for _ in range(limits.SIGN_IN_OF_ACCOUNT.at_once):
        await limits.take(posting.house.desk, limits.SIGN_IN_OF_ACCOUNT, HERS)
    ada, other = posting.browser(at="203.0.113.9"), posting.browser(at="203.0.113.10")
    await ada.get("/auth/sign-in")
    other.cookies.update(ada.cookies)  # left or copied there before
    refused = await ada.post("/auth/sign-in", data=typed())
    assert (refused.status_code, "Please wait 10 minutes" in refused.text) == (429, True)
    link = await posting.forgotten()
    assert (await ada.get(link)).status_code == 200
    await ada.post(link, data={"password": NEW})
    wrong, right = typed(), typed(password=NEW)
    said = [(await each.post("/auth/sign-in", data=form)).status_code for each, form in (
        (other, right), (ada, wrong), (ada, typed(email="eve@example.com")), (ada, right))]  # fmt: skip
    assert said == [429, 422, 422, 303]


async def test_one_network_cannot_try_many_accounts(studio: Studio) -> None:
    browser = studio.browser(at="2001:db8:1:2::1")
    for number in range(30):
        await browser.post("/auth/sign-in", data=typed(email=f"ada{number}@example.com"))
    neighbour = studio.browser(at="2001:db8:1:2:ffff::9")
    assert (await neighbour.post("/auth/sign-in", data=typed())).status_code == 429
    assert (await studio.browser(at="2001:db8:1:3::1").post("/auth/sign-in", data=typed())).status_code == 422


WRONG = "a wrong password"
ASKED = [
    # Which limit, where, what is typed, and whether it is asked from one network: `{}` is another each time.
    ("SIGN_UP_OF_NETWORK", "/auth/sign-up", typed(email="eve{}@example.com"), True),
    ("SIGN_UP_OF_ACCOUNT", "/auth/sign-up", typed(email="eve@example.com"), False),
    ("FORGOTTEN_OF_NETWORK", "/auth/forgot", {"email": "eve{}@example.com"}, True),
    ("STRENGTH_OF_NETWORK", "/auth/strength", {"password": "any words {}"}, True),
    ("PASSWORD_OF_PERSON", "/auth/password", {"password": WRONG, "new": NEW}, False),
    ("MAIL_OF_PERSON", "/auth/address", {"email": "ada{}@example.com"}, False),
    ("PASSWORD_OF_PERSON", "a link to confirm", {"password": WRONG}, False),
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked[0]} at {asked[1]}")
async def test_asvs_6_3_1_whatever_can_be_asked_is_asked_so_often_and_then_waited_for(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, str, dict[str, str], bool]
) -> None:
    limit, path, form, is_near = asked
    ada = studio.browser()
    await ada.post("/auth/sign-up", data=typed())
    await studio.deliver()
    token = ada.cookies["session"] if path.startswith("/") else ""
    monkeypatch.setattr(limits, limit, Limit("of this test", 2, timedelta(minutes=1)))
    said: list[bool] = []
    for number in range(3):
        browser = studio.browser(at="192.0.2.1" if is_near else f"192.0.2.{number}", token=token)
        typed_now = {field: value.format(number) for field, value in form.items()}
        answer = await browser.post(path if token else studio.mailbox.link(), data=typed_now)
        said.append(answer.is_error and "Please wait" in answer.text)
    assert said == [False, False, True]


async def test_who_tries_an_account_that_is_not_confirmed_has_few_links_sent(posting: Studio) -> None:
    eve = typed(email="eve@example.com")
    await posting.browser().post("/auth/sign-up", data=eve)
    for _ in range(limits.MAIL_OF_PERSON.at_once + 2):
        assert (await posting.browser().post("/auth/sign-in", data=eve)).status_code == 422
    await posting.deliver()
    assert len(posting.mailbox.to("eve@example.com")) == 1 + limits.MAIL_OF_PERSON.at_once


async def test_what_was_tried_is_not_written_down_in_plain_words(studio: Studio, address: Address) -> None:
    await studio.browser().post("/auth/sign-in", data=typed())
    with psycopg.connect(address.conninfo()) as admin:
        tried = admin.execute("SELECT key FROM app.tries").fetchall()
    assert len(tried) == 3
    assert not any(word in str(tried) for word in ("ada", "203.0"))
