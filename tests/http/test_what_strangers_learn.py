"""Whether a stranger can tell if somebody has an account here: by words, by what comes next, or by what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.http.front import typed

if TYPE_CHECKING:
    import httpx

    from tests.http.front import Studio

HERS, FREE = "ada@example.com", "nobody@example.com"
STRANGERS = "nine blue umbrellas"


def same(answer: httpx.Response, email: str) -> tuple[int, str, list[str]]:
    """What can be seen of an answer: its status, its words, the names of its headers."""
    return answer.status_code, answer.text.replace(email, "x"), sorted(answer.headers)


async def test_asvs_6_3_8_signing_up_and_then_in_says_nothing_of_an_account(posting: Studio) -> None:
    seen = []
    for email in (HERS, FREE):
        stranger = posting.browser()
        tried = {"email": email, "password": STRANGERS}
        await stranger.post("/auth/sign-up", data=typed(**tried))
        answers = [await stranger.post("/auth/sign-in", data=tried) for _ in range(5)]
        seen.append([same(answer, email) for answer in answers])
        assert await posting.who(stranger) is None
    assert seen[0] == seen[1]


async def test_whoever_knows_the_password_of_an_unconfirmed_account_gets_another_link_and_not_without_end(
    posting: Studio,
) -> None:
    browser = posting.browser()
    mine = {"email": FREE, "password": STRANGERS}
    await browser.post("/auth/sign-up", data=typed(**mine))
    for _ in range(6):
        await browser.post("/auth/sign-in", data=mine)
    await posting.deliver()
    assert posting.mailbox.to(FREE) == ["Confirm your address"] * 4
    confirmed = await browser.post(posting.mailbox.link(), data={"password": STRANGERS})
    assert confirmed.headers["location"] == "/home"
    again = posting.browser()
    assert (await again.post("/auth/sign-in", data=mine)).status_code == 303
