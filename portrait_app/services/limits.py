"""How often something may be tried, for all web processes together: counted in the database, and said with the wait."""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from portrait_app.database.accounts import take_try
from portrait_app.database.address import Role
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from portrait_app.services.work import Desk

_MINUTE_S = 60
_LONG_MINUTES = 120  # beyond, nobody counts in minutes


class TooManyTries(PortraitError):
    """Somebody tried too often; nothing was looked at."""

    headline = "That was a little too often"
    is_retryable = True

    def __init__(self, limit: str, wait_s: float) -> None:
        super().__init__(f"{limit}: {wait_s:.0f} s")
        self.wait_s = math.ceil(wait_s)
        self.hint = f"Please wait {in_words(self.wait_s)}, then try again. Nothing was changed."


@dataclass(frozen=True)
class Limit:
    """So many tries at once, and then one each `again_after` (the generic cell rate algorithm)."""

    name: str
    at_once: int
    again_after: timedelta


def _limit(name: str, at_once: int, **again_after: float) -> Limit:
    return Limit(name, at_once, timedelta(**again_after))


# By whom: the address that was typed, whether or not there is such an account; the network a request comes from; both;
# or the person who is signed in. docs/decisions/0009 says why these.
SIGN_IN_OF_ACCOUNT = _limit("sign in of account", 30, minutes=10)
SIGN_IN_OF_BOTH = _limit("sign in of account from network", 10, minutes=1)
SIGN_IN_OF_NETWORK = _limit("sign in from network", 30, seconds=20)
SIGN_UP_OF_ACCOUNT = _limit("sign up of account", 3, minutes=10)
SIGN_UP_OF_NETWORK = _limit("sign up from network", 10, minutes=5)
FORGOTTEN_OF_ACCOUNT = _limit("forgotten of account", 3, minutes=10)
FORGOTTEN_OF_NETWORK = _limit("forgotten from network", 10, minutes=2)
LINK_OF_NETWORK = _limit("link from network", 30, seconds=10)
STRENGTH_OF_NETWORK = _limit("strength from network", 120, seconds=1)
PASSKEY_OF_NETWORK = _limit("passkey from network", 60, seconds=5)
PROVIDER_OF_NETWORK = _limit("provider from network", 30, seconds=10)
PASSWORD_OF_PERSON = _limit("password of person", 10, minutes=1)
CODE_OF_PERSON = _limit("recovery code of person", 5, minutes=10)
CODE_OF_NETWORK = _limit("recovery code from network", 10, minutes=1)
MAIL_OF_PERSON = _limit("mail of person", 3, minutes=5)
EXPORT_OF_PERSON = _limit("export of person", 3, hours=8)


async def take(desk: Desk, limit: Limit, who: str) -> None:
    """Take one try.

    Raises:
        TooManyTries: there is none left for now.
    """
    key = _key(desk, limit, who)
    burst = limit.again_after * (limit.at_once - 1)
    async with desk.for_nobody(Role.USER) as session:
        wait_s = await take_try(session, key, limit.again_after, burst)
    if wait_s:
        raise TooManyTries(limit.name, wait_s)


async def take_from(desk: Desk, limit: Limit, network: str) -> None:
    """Take one try of a network, unless it is this machine itself (whose other people a proxy would name).

    Raises:
        TooManyTries: there is none left for now.
    """
    if network:
        await take(desk, limit, network)


def keys_of(desk: Desk, *whose: str) -> list[bytes]:
    """Return under which keys was counted what somebody tried, by any name of theirs."""
    every = [each for each in globals().values() if isinstance(each, Limit)]
    return [_key(desk, limit, who) for limit in every for who in whose]


def network_of(host: str | None) -> str:
    """Return what a request's address is counted by: itself, or its /64 of IPv6, which one household has whole.

    Nothing for this machine: without a proxy's word everybody would be one.
    """
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return host or ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return ""
    return ":".join(address.exploded.split(":")[:4]) if isinstance(address, IPv6Address) else str(address)


def in_words(seconds: int) -> str:
    """Say a wait: "40 seconds", "3 minutes"."""
    if seconds <= _MINUTE_S:
        return f"{seconds} second{'s' * (seconds != 1)}"
    minutes = math.ceil(seconds / _MINUTE_S)
    if minutes <= _LONG_MINUTES:
        return f"{minutes} minutes"
    return f"{math.ceil(minutes / 60)} hours"


def _key(desk: Desk, limit: Limit, who: str) -> bytes:
    """A hash under our key: who tried what is nobody's business, also in a copy of the database."""
    return hmac.digest(desk.database.address.actor_key, f"limits\0{limit.name}\0{who}".encode(), "sha256")
