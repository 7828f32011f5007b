"""Tells whether a webhook comes from the engine, and whether the address that it came to is one that we gave."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from standardwebhooks import Webhook

from portrait_app.adapters.replicate.errors import BadSignature
from portrait_app.domain.clock import now
from portrait_app.domain.order import OrderKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BELIEVED_FOR = timedelta(minutes=5)
_OURS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_SIGNATURE = re.compile(r"v1,[A-Za-z0-9+/]{43}=", re.ASCII)  # HMAC-SHA256 in base64


@dataclass(frozen=True)
class WebhookAddress:
    """Where the engine brings news of one order: the order and its kind, signed with a key of this installation.

    The engine's own signature covers the body alone: without ours, whoever may order there could bring news of one
    job to the address of another.

    Attributes:
        key: what signs.
        url: our route's address, or None when the engine can't reach us.
    """

    key: bytes
    url: str | None

    def of(self, kind: OrderKind, order_id: UUID) -> str | None:
        """Return the address to give to the engine with an order."""
        if self.url is None:
            return None
        return f"{self.url}?{urlencode({'kind': kind, 'order': order_id, 'by': self._sign(kind, order_id)})}"

    def read(self, query: Mapping[str, str]) -> tuple[OrderKind, UUID]:
        """Return whose news an address is for.

        Raises:
            BadSignature: we never gave this address.
        """
        try:
            kind, order_id = OrderKind(query["kind"]), UUID(query["order"])
        except (KeyError, ValueError) as error:
            raise BadSignature("an address without an order") from error
        signed_by = query.get("by", "").encode(errors="replace")
        if not hmac.compare_digest(signed_by, self._sign(kind, order_id).encode()):
            raise BadSignature("an address that we never gave")
        return kind, order_id

    def _sign(self, kind: OrderKind, order_id: UUID) -> str:
        return hmac.new(self.key, f"{kind}.{order_id}".encode(), hashlib.sha256).hexdigest()


def require_form(headers: Mapping[str, str], body: bytes) -> None:
    """See that a webhook could be one, before any secret is asked for: signed in some way, just now, and made of text.

    Raises: BadSignature: no secret of the world would make it good.
    """
    named = [name.lower() for name, _ in headers.items()]  # a request may name a header twice
    if any(named.count(name) > 1 for name in _OURS):
        # One of two ids would be checked, and the other kept: the same letter would come in again and again.
        raise BadSignature("a header twice")
    plain = {name.lower(): value for name, value in headers.items()}
    moment = _moment(plain)
    if not plain.get("webhook-id") or moment is None or abs(now() - moment) > BELIEVED_FOR:
        raise BadSignature("no webhook of these minutes")
    if not any(_SIGNATURE.fullmatch(one) for one in plain.get("webhook-signature", "").split(" ")):
        raise BadSignature("no signature")
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise BadSignature("no text") from error


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes) -> None:
    """Check the signature in constant time, and that it was made within five minutes of now, by the database's clock.

    Standard Webhooks: HMAC-SHA256 over id, time and raw body.

    Args:
        secrets: `whsec_…`; any of them may have signed, so that they can be exchanged without losing news.
        headers: the request's; case does not matter.
        body: exactly the bytes that came.
    Raises: BadSignature: whatever is wrong with it.
    """
    plain = {name.lower(): value for name, value in headers.items()}
    if not any(_is_signed_with(secret, plain, body) for secret in secrets):
        raise BadSignature("no secret of ours signed this webhook just now")


def _is_signed_with(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Sign what came as the engine would have, and compare: the library's own check goes by this host's clock."""
    moment = _moment(headers)
    if moment is None:
        return False
    try:
        expected = Webhook(secret).sign(headers["webhook-id"], moment, body.decode()).encode()
    except Exception:  # noqa: BLE001 -- on garbage the library raises whatever its parsing raised: all of it means no
        return False
    is_of_now = abs(now() - moment) <= BELIEVED_FOR
    given = headers.get("webhook-signature", "").encode(errors="replace").split(b" ")
    return any(hmac.compare_digest(one, expected) for one in given) and is_of_now


def _moment(headers: Mapping[str, str]) -> datetime | None:
    """When it says that it was signed; None: nothing that can be read."""
    try:
        return datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
