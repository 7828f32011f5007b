"""Signed links: an address that opens one object for a short while, for whoever holds it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from urllib.parse import quote, urlencode

from portrait_app.adapters.buckets.keys import is_key, owned
from portrait_app.domain.clock import now
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

WINDOW_S = 30 * 60
INLINE = ""  # the disposition of a link that shows the object instead of saving it
_FORM = "2"  # of what is signed; a change of form gets a new number, so that no old link means something new
_EXPIRY = re.compile(r"[0-9]{1,12}")


def _moment() -> float:
    return now().timestamp()  # all hosts' and the database's: a link of one is looked at by another


class LinkRefused(PortraitError):
    """A link is forged, altered, outdated or unknown: the answer is the same."""

    headline = "This link has expired"
    hint = "Open the page again to get a fresh one; the picture is safe."


@dataclass(frozen=True)
class Link:
    """A link that was verified.

    Attributes:
        download_as: the file name to save under, or None to show the object.
        turn: of which turn it is (`ports.bucket.Bucket.links`).
    """

    key: str
    expires_at: int
    download_as: str | None
    turn: str = ""


class LinkSigner:
    """Signs and verifies links by HMAC-SHA256 over form, key id, method, object key, expiry, turn and disposition.

    Args:
        keys: signing keys by id. The first one signs; the others still verify, so that keys can be exchanged.
        base: what the paths of links begin with.
        clock: seconds since 1970.
    """

    def __init__(self, keys: Mapping[str, bytes], base: str, *, clock: Callable[[], float] = _moment) -> None:
        if not keys or not all(keys.values()):
            raise ValueError("a signer needs at least one key, and none may be empty")
        self._keys = dict(keys)
        self._key_id = next(iter(self._keys))
        self._base = base
        self._clock = clock

    def sign(self, key: str, *, download_as: str | None = None, turn: str = "") -> str:
        """Return the link's path and query.

        It is the same for half an hour, so that the browser's cache hits it, and lives for 30 to 60 minutes.
        """
        expires_at = (int(self._clock()) // WINDOW_S + 2) * WINDOW_S
        disposition = download_as or INLINE
        mac = self._mac(self._key_id, "GET", key, str(expires_at), turn, disposition)
        query = {"e": expires_at, "k": self._key_id, "s": mac}
        if turn:
            query["t"] = turn
        if disposition:
            query["d"] = disposition
        return f"{self._base}/{quote(key)}?{urlencode(query)}"

    def verify(self, method: str, key: str, query: Mapping[str, str]) -> Link:
        """Check what a request asks for; a link for GET serves HEAD as well.

        Args: query: the request's query, decoded.
        Raises: LinkRefused.
        """
        expiry, disposition, key_id = query.get("e", ""), query.get("d", INLINE), query.get("k", "")
        turn = query.get("t", "")
        if key_id not in self._keys or not is_key(key) or not _EXPIRY.fullmatch(expiry) or "\0" in turn:
            raise LinkRefused("not a link of ours")
        expected = self._mac(key_id, "GET" if method == "HEAD" else method, key, expiry, turn, disposition)
        if not hmac.compare_digest(expected.encode(), _encoded(query.get("s", ""))):
            raise LinkRefused("the signature is of something else")
        if int(expiry) <= self._clock():
            raise LinkRefused(f"expired at {expiry}")
        return Link(key, int(expiry), disposition or None, turn)

    def _mac(self, *parts: str) -> str:
        # NUL can stand in none of the parts but the last, so no two different links are signed as the same text.
        key_id, *_ = parts
        mac = hmac.digest(self._keys[key_id], _encoded("\0".join((_FORM, *parts))), hashlib.sha256)
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


class OwnLinks:
    """`ports.bucket.Links`: addresses at the studio, good for 30 to 60 minutes; `/media` asks the row too."""

    def __init__(self, signer: LinkSigner, owner_id: UUID, turn: str) -> None:
        self._signer = signer
        self._owner_id = owner_id
        self._turn = turn

    def to(self, key: str, *, download_as: str | None = None) -> str:
        """Return an address of one object; see the port."""
        return self._signer.sign(owned(key, self._owner_id), download_as=download_as, turn=self._turn)


@dataclass(frozen=True)
class Elsewhere:
    """Where an object is fetched, and for how many seconds more this may be given as the answer."""

    address: str
    stands_for_s: int


@runtime_checkable
class ServedElsewhere(Protocol):
    """Buckets whose objects a browser fetches from the store, by an address of the store's that soon ends."""

    @property
    def signer(self) -> LinkSigner:
        """What made the link, and verifies it."""
        ...

    async def elsewhere(self, link: Link, method: str) -> Elsewhere:
        """Return where a verified link leads. Args: method: GET or HEAD.

        Raises:
            BucketDown: the store gives no credential just now.
        """
        ...


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")  # text from a request may be no valid Unicode
