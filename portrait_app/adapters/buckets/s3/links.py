"""Links to objects in the store, signed with the credential of the person whose objects they are.

The form is that of AWS Signature Version 4 in a query, as published:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html. botocore makes it in 1.5 ms a link, which
a gallery of a thousand links has no time for; here it is one HMAC over one text.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from portrait_app.adapters.buckets.keys import owned
from portrait_app.adapters.buckets.s3.passes import USED_FOR
from portrait_app.adapters.buckets.types import disposition_of, type_of

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.adapters.buckets.s3.passes import Pass
    from portrait_app.settings_of_bucket import StoreSettings

_ALGORITHM = "AWS4-HMAC-SHA256"
# An object never changes under its key. So long a link lives at least, and so long it stays the same.
_CACHE = f"private, max-age={int(USED_FOR.total_seconds())}, immutable"


class S3Links:
    """`ports.bucket.Links`: addresses at the store that open an object for 30 to 60 minutes.

    A link stays the same for as long as its credential is used: it is signed as of the moment that was made.
    """

    def __init__(self, settings: StoreSettings, holder: Pass, owner_id: UUID) -> None:
        self._owner_id = owner_id
        self._base = settings.objects_url
        self._moment = f"{holder.made_at:%Y%m%dT%H%M%SZ}"
        self._scope = f"{self._moment[:8]}/{settings.region}/s3/aws4_request"
        self._key = f"AWS4{holder.secret}".encode()
        for part in self._scope.split("/"):
            self._key = _mac(self._key, part)
        said = {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{holder.key_id}/{self._scope}",
            "X-Amz-Date": self._moment,
            "X-Amz-Expires": str(int((holder.ends_at - holder.made_at).total_seconds())),
            "X-Amz-Security-Token": holder.token,
            "X-Amz-SignedHeaders": "host",
            "response-cache-control": _CACHE,
        }
        self._said = _query(said)  # the same in all of them, and long

    def to(self, key: str, *, download_as: str | None = None) -> str:
        """Return an address of one object; see the port."""
        return self.signed(owned(key, self._owner_id), download_as=download_as)

    def signed(self, key: str, *, download_as: str | None = None) -> str:
        """Sign for any key. Whether that opens anything the store decides, by the credential's own policy."""
        rest = {"response-content-disposition": disposition_of(key, download_as), "response-content-type": type_of(key)}
        query = f"{self._said}&{_query(rest)}"  # in the order of the alphabet, as it is signed
        address = urlsplit(f"{self._base}/{quote(key)}")
        request = f"GET\n{address.path}\n{query}\nhost:{address.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        signature = _mac(self._key, f"{_ALGORITHM}\n{self._moment}\n{self._scope}\n{digest}").hex()
        return f"{self._base}/{quote(key)}?{query}&X-Amz-Signature={signature}"


def _query(said: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in said.items())


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)
