"""Addresses of objects at the store, signed with the credential of the person whose objects they are.

The form is that of AWS Signature Version 4 in a query, as published:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html. botocore makes it in 1.5 ms, in a thread;
here it is one HMAC over one text, since each picture of a page asks for one.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from portrait_app.adapters.buckets.keys import owned
from portrait_app.adapters.buckets.types import UNKEPT, disposition_of, type_of

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.buckets.s3.passes import Pass
    from portrait_app.settings_of_bucket import StoreSettings

WINDOW = timedelta(minutes=5)
_ALGORITHM = "AWS4-HMAC-SHA256"
# An object never changes under its key, and no address outlives this.
_CACHE = f"private, max-age={int(2 * WINDOW.total_seconds())}, immutable"


class Addresses:
    """Makes addresses at the store, each the same for five minutes and dead after five to ten.

    They are signed as of the beginning of a stretch of five minutes, so that a browser that comes back finds in its
    cache what it fetched; never as of before the credential was made, and they never outlive it.

    Args:
        at: what time it is.
        until: when they die, where that is not soon: a browser resumes what broke off at the address it was led to.
    """

    def __init__(
        self, settings: StoreSettings, holder: Pass, owner_id: UUID, at: datetime, *, until: datetime | None = None
    ) -> None:
        self._owner_id = owner_id
        self._base = settings.objects_url
        began = datetime.fromtimestamp(at.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), UTC)
        signed_at, ends_at = max(began, holder.made_at), min(until or began + 2 * WINDOW, holder.ends_at)
        self.stands_for_s = max(0, int((min(began + WINDOW, ends_at) - at).total_seconds()))
        self._moment = f"{signed_at:%Y%m%dT%H%M%SZ}"
        self._scope = f"{self._moment[:8]}/{settings.region}/s3/aws4_request"
        self._key = f"AWS4{holder.secret}".encode()
        for part in self._scope.split("/"):
            self._key = _mac(self._key, part)
        said = {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{holder.key_id}/{self._scope}",
            "X-Amz-Date": self._moment,
            "X-Amz-Expires": str(max(1, int((ends_at - signed_at).total_seconds()))),
            "X-Amz-Security-Token": holder.token,
            "X-Amz-SignedHeaders": "host",
        }
        self._said = _query(said)  # the same in all of them, and long

    def of(self, key: str, *, method: str = "GET", download_as: str | None = None) -> str:
        """Return the address of one object of theirs.

        Raises: NotTheirs: the object lies outside this person's folder.
        """
        return self.signed(owned(key, self._owner_id), method=method, download_as=download_as)

    def signed(self, key: str, *, method: str = "GET", download_as: str | None = None) -> str:
        """Sign for any key. Whether that opens anything the store decides, by the credential's own policy."""
        rest = {
            "response-cache-control": _CACHE if download_as is None else UNKEPT,
            "response-content-disposition": disposition_of(key, download_as),
            "response-content-type": type_of(key),
        }
        query = f"{self._said}&{_query(rest)}"  # in the order of the alphabet, as it is signed
        address = urlsplit(f"{self._base}/{quote(key)}")
        request = f"{method}\n{address.path}\n{query}\nhost:{address.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        signature = _mac(self._key, f"{_ALGORITHM}\n{self._moment}\n{self._scope}\n{digest}").hex()
        return f"{self._base}/{quote(key)}?{query}&X-Amz-Signature={signature}"


def _query(said: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in said.items())


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)
