"""A person's signed name for one transaction, which the database checks by itself."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from portrait_app.domain.clock import now

if TYPE_CHECKING:
    from uuid import UUID

LIFETIME_S = 300


def signed(owner_id: UUID, key: bytes, *, lifetime_s: int = LIFETIME_S) -> str:
    """Return `uid.expiry.mac`, which `app.uid()` accepts until the expiry.

    The MAC is the nested SHA-256 of the envelope method, since the embedded server has `sha256()` in its core and
    no HMAC: the outer hash closes the inner one against extension.
    """
    said = f"{owner_id}.{int(now().timestamp()) + lifetime_s}"
    inner = hashlib.sha256(key + said.encode()).digest()
    return f"{said}.{hashlib.sha256(key + inner).hexdigest()}"
