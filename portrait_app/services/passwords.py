"""Passwords: hashed with argon2id, in a thread and a few at a time, since each takes 19 MiB and some 40 ms."""

from __future__ import annotations

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST = 12  # NIST SP 800-63B-4 asks for length and for no rules of composition; ASVS 5.0 6.2.1 for 8 at the least
LONGEST = 256  # argon2 takes any length, a request shouldn't

# OWASP's first recommendation for argon2id: m = 19 MiB, t = 2, p = 1.
_hasher = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))
_a_few = asyncio.Semaphore(2)


async def hashed(password: str) -> str:
    """Return the hash to keep."""
    async with _a_few:
        return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, known_hash: str | None) -> bool:
    """Whether the password is the one hashed; without a hash the same time passes and the answer is no."""
    async with _a_few:
        return await asyncio.to_thread(_verify, password, known_hash)


def _verify(password: str, known_hash: str | None) -> bool:
    if known_hash is None:
        _hasher.hash(password)
        return False
    return _hasher.verify(password, known_hash)
