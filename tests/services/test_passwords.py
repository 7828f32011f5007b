"""Which passwords are taken."""

from __future__ import annotations

import asyncio
import random
import time
import unicodedata
from typing import TYPE_CHECKING

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from portrait_app.services import passwords

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.full_cost


@pytest.mark.parametrize("password", ["fourteen chars", "", "x1!Xy2?", "Kq7!mzP4tR2xW9"])
async def test_asvs_6_2_1_a_short_password_is_refused_however_hard_it_is(password: str) -> None:
    """NIST SP 800-63B-4 3.1.1.2: 15 characters where nothing else is asked for."""
    complaint = (await passwords.strength(password)).complaint
    assert "15 characters or more" in complaint or not password


@pytest.mark.parametrize(
    "password",
    [
        "copper horse balcony staple",
        "ein sehr langer satz ohne zahlen",
        "七つの海を渡る小さな帆船の夢を見た",
        "brown-otter-umbrella",
        "seven green umbrellas",
        "blue cat likes fish",
        "Kq7!mzP4tR2xW9d",
        "kqwmzpxtrvyhsdg",
    ],
)
async def test_asvs_6_2_5_no_kinds_of_characters_are_asked_for(password: str) -> None:
    assert (await passwords.strength(password)).complaint == ""


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "123456789012345",
        "qwertyuiop12345",
        "aaaaaaaaaaaaaaaa",
        "1q2w3e4r5t6y7u8",
        "iloveyou1234567",
        "Unbelievable123",
        "Summer - 2024!!",
        "winter --- 2025",
        "Wednesday__1987",
        "Correct Horse Battery Staple",
        "ihatemypassword",
        "mysecurepassword",
        "thisismypassword",
        "newpassword2024!",
        "letmeinplease123",
        "To be, or not to be!",
        "nevergonnagiveyouup1",
    ],
)
async def test_asvs_6_2_4_a_common_password_is_refused(password: str) -> None:
    assert "soon guessed" in (await passwords.strength(password)).complaint


@pytest.mark.parametrize(
    "password", ["IWillAlwaysLoveYou", "dontworrybehappy", "happybirthdaytoyou", "yfdbufnjh10305070", "kartoffelpuffer"]
)
async def test_asvs_6_2_12_a_password_that_leaked_is_refused_however_hard_it_looks(password: str) -> None:
    """Each is worth 10^10 guesses and more to zxcvbn, and is among those that guessers try first."""
    assert "has leaked elsewhere" in (await passwords.strength(password)).complaint


async def test_a_phrase_that_is_soon_guessed_is_good_with_another_word() -> None:
    """Length is what counts: three of the commonest words, written as one, are refused now and then; four aren't."""
    common = [word for word in FREQUENCY_LISTS["english_wikipedia"][:5000] if len(word) > 3]
    chance = random.Random(2)
    for phrase in (chance.sample(common, 3) for _ in range(60)):
        if "Add another word" in (await passwords.strength("".join(phrase))).complaint:
            assert (await passwords.strength("".join([*phrase, chance.choice(common)]))).complaint == ""


async def test_three_words_that_do_not_belong_together_are_enough() -> None:
    common = [word for word in FREQUENCY_LISTS["english_wikipedia"][:5000] if len(word) > 3]
    chance = random.Random(1)
    phrases = [" ".join(chance.sample(common, 3)) for _ in range(50)]
    refused = [phrase for phrase in phrases if (await passwords.strength(phrase)).complaint]
    assert [phrase for phrase in refused if len(phrase) >= passwords.SHORTEST] == []


@pytest.mark.parametrize(
    "password", ["4@8({[<3369&#!1|05$+7%2/" * 3, "a4@b8(c{[<d3e3g6&9#h!1|ilo0s5$t+7%x2z/" * 2, "1" * 256]
)
async def test_no_password_keeps_the_studio_busy(password: str) -> None:
    began = time.process_time()
    await passwords.strength(password)
    assert time.process_time() - began < 3  # the first took 14 s


async def test_symbols_are_still_read_as_letters() -> None:
    assert (await passwords.strength("P@$$w0rd!P@$$w0rd!")).complaint


@pytest.mark.parametrize("changed", [str, str.capitalize, str.upper])
async def test_asvs_6_2_12_no_password_of_the_known_leaks_is_taken(changed: Callable[[str], str]) -> None:
    leaked = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= passwords.SHORTEST]
    assert len(leaked) > 30  # of the 30,000 used most; the others are too short to begin with
    assert [word for word in leaked if not (await passwords.strength(changed(word))).complaint] == []


@pytest.mark.parametrize(
    "password",
    ["Ada Lovelace !!!", "adalovelace1815", "ada.lovelace@example.com", "Lovelace-1815-!!", "moc!ada-lovelace"],
)
async def test_asvs_6_2_11_ones_own_name_and_address_are_refused(password: str) -> None:
    judged = await passwords.strength(password, "Ada Lovelace", "ada.lovelace@example.com")
    assert "your own name" in judged.complaint


async def test_a_season_in_a_longer_sentence_does_no_harm() -> None:
    assert (await passwords.strength("the summer of 2024 was green and loud")).complaint == ""


async def test_a_name_inside_a_long_password_does_no_harm() -> None:
    judged = await passwords.strength("ada keeps nine green umbrellas", "Ada", "ada@example.com")
    assert judged.complaint == ""


@pytest.mark.parametrize("length", [64, 128, 256])
async def test_asvs_6_2_9_long_passwords_are_taken(length: int) -> None:
    password = ("seven green umbrellas wander home " * 8)[:length]
    assert (await passwords.strength(password)).complaint == ""
    assert await passwords.matches(password, await passwords.hashed(password))


async def test_asvs_6_2_8_every_letter_of_a_password_counts() -> None:
    password = "x9" * 128
    kept = await passwords.hashed(password)
    for other in (password + "y", password[:-1], password.upper(), f" {password[1:]}"):
        assert not await passwords.matches(other, kept)


async def test_a_letter_is_the_same_however_a_keyboard_makes_it() -> None:
    kept = await passwords.hashed(unicodedata.normalize("NFD", "zwölf Büsche brännten"))
    assert await passwords.matches(unicodedata.normalize("NFC", "zwölf Büsche brännten"), kept)


async def test_asvs_11_4_2_a_hash_is_argon2id_with_the_recommended_cost() -> None:
    assert (await passwords.hashed("any password at all")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_an_account_without_a_password_is_entered_by_none() -> None:
    assert not await passwords.matches("", "")
    assert not await passwords.matches("", None)


async def test_asvs_6_3_8_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    kept = await passwords.hashed("seven green umbrellas")

    async def fastest(known: str | None) -> float:
        times: list[float] = []
        for _ in range(9):
            began = time.process_time()
            assert not await passwords.matches("another password", known)
            times.append(time.process_time() - began)
        return min(times)

    assert 0.5 < await fastest(None) / await fastest(kept) < 2


async def test_hashing_leaves_the_house_free_to_answer() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await asyncio.gather(*(passwords.hashed("a password of many") for _ in range(4)))
    ticking.cancel()
    assert ticks > 100
