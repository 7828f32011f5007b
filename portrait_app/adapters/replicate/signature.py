"""Tells whether a webhook comes from the engine: Standard Webhooks, HMAC-SHA256 over id, time and raw body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standardwebhooks import Webhook

from portrait_app.adapters.replicate.errors import BadSignature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes) -> None:
    """Check the signature in constant time, and that it was made within five minutes of now.

    Args:
        secrets: `whsec_…`; any of them may have signed, so that they can be exchanged without losing news.
        headers: the request's; case does not matter.
        body: exactly the bytes that came.
    Raises: BadSignature: whatever is wrong with it.
    """
    plain = dict(headers)
    if not any(_is_signed_with(secret, plain, body) for secret in secrets):
        raise BadSignature("no secret of ours signed this webhook just now")


def _is_signed_with(secret: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except Exception:  # noqa: BLE001 -- on garbage the library raises whatever its parsing raised: all of it means no
        return False
    return True
