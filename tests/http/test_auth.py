"""Signing up, in and out by the plain forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.services import passwords
from tests.http.front import OURS, PASSWORD, Studio, typed
from tools import newcomers

if TYPE_CHECKING:
    import httpx
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGES = ("/auth/sign-in", "/auth/sign-up", "/auth/forgot")


async def signed_up(studio: Studio, browser: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await browser.post("/auth/sign-up", data=typed(**changes))


async def test_whoever_signs_up_is_in_at_once_where_there_is_no_mail_server(studio: Studio) -> None:
    browser = studio.browser()
    answer = await signed_up(studio, browser, next="/train")
    assert (answer.status_code, answer.headers["location"]) == (303, "/train")
    assert await studio.who(browser)


async def test_asvs_7_2_4_a_sign_in_ends_the_browsers_former_session(studio: Studio) -> None:
    browser = studio.browser()
    await signed_up(studio, browser)
    former = browser.cookies["session"]
    await browser.post("/auth/sign-in", data=typed())
    assert browser.cookies["session"] != former
    assert await studio.who(browser)
    assert await studio.who(studio.browser(token=former)) is None


async def test_asvs_7_4_1_a_sign_out_ends_the_session_itself(studio: Studio) -> None:
    browser = studio.browser()
    await signed_up(studio, browser)
    token = browser.cookies["session"]
    answer = await browser.post("/auth/sign-out")
    assert answer.headers["location"] == "/"
    assert "session" not in browser.cookies
    assert await studio.who(studio.browser(token=token)) is None


async def test_asvs_7_4_3_a_sign_out_everywhere_ends_every_session_in_one_act(studio: Studio) -> None:
    here, there, bob = studio.browser(), studio.browser(), studio.browser()
    await signed_up(studio, here)
    await there.post("/auth/sign-in", data=typed())
    await signed_up(studio, bob, email="bob@example.com")
    newcomers.let_in(studio.house.desk.database.address, "bob@example.com")
    await bob.post("/auth/sign-in", data=typed(email="bob@example.com"))
    assert await studio.who(there)
    token = here.cookies["session"]
    answer = await here.post("/auth/sign-out", data={"where": "everywhere"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await studio.who(studio.browser(token=token)), await studio.who(there)) == (None, None)
    assert await studio.who(bob)


@pytest.mark.parametrize(
    ("public", "cookie"),
    [
        (OURS, "session={token}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax"),
        (
            "https://studio.example",
            "__Host-session={token}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax; Secure",
        ),
    ],
    ids=["plain", "tls"],
)
async def test_asvs_3_3_1_and_3_3_2_and_3_3_3_and_3_3_4_the_cookie_is_bound_to_this_host_and_out_of_scripts_reach(
    studio: Studio, public: str, cookie: str
) -> None:
    studio = studio.with_settings(app_url=public)
    browser = studio.browser()
    answer = await signed_up(studio, browser)
    given, _ = answer.headers.get_list("set-cookie")
    token = given.partition("=")[2].partition(";")[0]
    assert given == cookie.format(token=token)
    assert len(token) >= 43


async def test_over_tls_a_plain_cookie_that_a_neighbour_planted_signs_nobody_in(studio: Studio) -> None:
    browser = studio.browser()
    await signed_up(studio, browser)
    secure = studio.with_settings(app_url="https://studio.example")
    answer = await secure.browser(token=browser.cookies["session"]).get("/auth/password")
    assert answer.headers["location"].startswith("/auth/sign-in")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": OURS, "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://studio.test:8080", "Sec-Fetch-Site": "same-site"},
        {"Origin": "ftp://studio.test", "Sec-Fetch-Site": "none"},
        {"Origin": "http://rebound.example", "Host": "rebound.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize("path", [*PAGES, "/auth/sign-out", "/auth/strength", "/auth/password", "/auth/address"])
async def test_asvs_3_5_1_no_page_of_somebody_else_posts_a_form(
    studio: Studio, path: str, headers: dict[str, str]
) -> None:
    browser = studio.browser()
    await signed_up(studio, browser)
    elsewhere = studio.browser(token=browser.cookies["session"], around=lambda app: app, **headers)
    answer = await elsewhere.post(path, data=typed(new="another long password"))
    assert answer.status_code in (400, 403)
    assert await studio.who(browser)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("password", ["passwordpassword", "AdaLovelace 1815", "short"])
async def test_a_weak_password_is_said_beside_its_field_and_all_else_is_kept(studio: Studio, password: str) -> None:
    answer = await signed_up(studio, studio.browser(), password=password)
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert 'value="ada@example.com"' in answer.text
    assert f'value="{password}"' not in answer.text


async def test_a_password_is_judged_while_it_is_typed_by_the_rules_of_the_form(studio: Studio) -> None:
    browser = studio.browser()
    weak = (await browser.post("/auth/strength", data=typed(password="Ada Lovelace 1815"))).json()
    strong = (await browser.post("/auth/strength", data=typed())).json()
    assert (weak["is_taken"], strong["is_taken"], strong["score"]) == (False, True, 4)
    assert "your own name" in weak["says"]


async def test_a_form_that_is_too_large_is_refused(studio: Studio) -> None:
    answer = await studio.browser().post("/auth/sign-in", content=b"email=" + b"a" * 20_000)
    assert answer.status_code == 422


async def test_asvs_6_3_8_a_taken_address_looks_like_a_free_one_where_mails_are_sent(studio: Studio) -> None:
    studio = studio.with_settings(smtp_host="mail.studio.test")
    first = await signed_up(studio, studio.browser())
    second = await signed_up(studio, studio.browser(), name="Eve", password="nine blue umbrellas")
    assert (first.status_code, first.text) == (second.status_code, second.text)
    assert "set-cookie" not in first.headers
    await studio.deliver()
    assert studio.mailbox.to("ada@example.com") == ["Confirm your address", "You have an account already"]


async def test_asvs_6_3_8_an_unknown_address_is_answered_like_a_known_one(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed_up(studio, studio.browser())
    hashes: list[bool] = []
    matches = passwords.matches

    async def counted(password: str, known: str | None) -> bool:
        hashes.append(known is not None)
        return await matches(password, known)

    monkeypatch.setattr(passwords, "matches", counted)
    answers = []
    for path, form in (("/auth/sign-in", typed(password="wrong umbrellas")), ("/auth/forgot", typed())):
        known = await studio.browser().post(path, data=form)
        unknown = await studio.browser().post(path, data={**form, "email": "eve@example.com"})
        answers.append((known.status_code, known.text.replace("ada@", "x@")))
        answers.append((unknown.status_code, unknown.text.replace("eve@", "x@")))
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]
    assert hashes == [True, False]  # a password is tried for nobody, too: else the time would tell


async def test_where_mails_are_sent_nobody_is_in_before_the_address_is_confirmed(studio: Studio) -> None:
    studio = studio.with_settings(smtp_host="mail.studio.test")
    browser = studio.browser()
    await signed_up(studio, browser)
    answer = await browser.post("/auth/sign-in", data=typed())
    assert "confirmed the address yet" in answer.text
    assert await studio.who(browser) is None
    await studio.deliver()
    assert len(studio.mailbox.to("ada@example.com")) == 2
    confirmed = await browser.post(studio.mailbox.link(), data={"password": PASSWORD})
    assert confirmed.headers["location"] == "/home"
    assert await studio.who(browser)


@pytest.mark.parametrize(("mode", "said"), [("invite", "by invitation"), ("closed", "takes nobody new")])
async def test_the_first_account_is_always_let_in_and_the_second_is_not(studio: Studio, mode: str, said: str) -> None:
    studio = studio.with_settings(sign_up=mode)
    assert (await signed_up(studio, studio.browser())).status_code == 303
    for method in ("GET", "POST"):
        answer = await studio.browser().request(method, "/auth/sign-up", data=typed(email="eve@example.com"))
        assert answer.status_code == 403
        assert said in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        # where an account elsewhere becomes a way into this one, of whoever is signed in there in this browser
        "/auth/with/oidc?link=yes",
        "/auth/%77ith/oidc?link=yes",
        "/home/../auth/with/oidc?link=yes",
        "/auth/%2e/with/oidc?link=yes",
    ],
)
async def test_nobody_is_sent_to_another_site_after_signing_in(studio: Studio, path: str) -> None:
    answer = await signed_up(studio, studio.browser(), next=path)
    assert answer.headers["location"] == "/home"


@pytest.mark.parametrize("path", ["/auth/forgot", "/auth/sign-up"])
async def test_asvs_6_3_8_the_answer_is_given_before_anything_is_looked_up(studio: Studio, path: str) -> None:
    studio = studio.with_settings(smtp_host="mail.studio.test")
    await signed_up(studio, studio.browser())
    studio.house.queue.mails.clear()
    waiting: list[int] = []

    def noting(app: ASGIApp) -> ASGIApp:
        async def noted(scope: Scope, receive: Receive, send: Send) -> None:
            async def sent(message: Message) -> None:
                if message["type"] == "http.response.body":
                    waiting.append(len(studio.house.queue.mails))
                await send(message)

            await app(scope, receive, sent)

        return noted

    await studio.browser(around=noting).post(path, data=typed())
    assert waiting == [0]
    assert len(studio.house.queue.mails) == 1
