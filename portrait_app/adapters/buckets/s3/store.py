"""The store itself: clients by credential, hands to wait for its answers, and its errors in our words."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.session import Session

from portrait_app.adapters.buckets.errors import BucketDown, BucketFull, StoreRefused
from portrait_app.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from portrait_app.adapters.buckets.s3.passes import Pass
    from portrait_app.settings_of_bucket import StoreSettings

HANDS = 16  # so many calls wait for the store at once, in threads of their own: nothing else waits with them
CLIENTS = 32  # kept for whoever was here last; one takes 0.3 MB and 25 ms to make
_MISSING = {"NoSuchKey", "404", "NotFound"}
_REFUSED = {
    "AccessDenied",
    "403",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidClientTokenId",
}
_FULL = {"QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507"}

T = TypeVar("T")
_MAKING = Lock()  # a session makes one client at a time
_session = cache(Session)  # it reads megabytes of descriptions, once


class Store:
    """Where the objects lie. What it gives is called from `do` alone: it waits, and the event loop must not.

    Args: settings: the store's address and our own key there.
    """

    def __init__(self, settings: StoreSettings) -> None:
        self.settings = settings
        self._clients: OrderedDict[Pass, Any] = OrderedDict()
        self._pass_desk: Any = None
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="s3")

    async def do(self, work: Callable[[], T]) -> T:
        """Have a thread do what waits for the store.

        Raises: as `said_in_our_words` does. Called off, the thread goes on all the same.
        """
        return await asyncio.get_running_loop().run_in_executor(self._hands, work)

    def client(self, holder: Pass) -> Any:
        """Return the client that speaks to the store in the name of whoever holds this credential."""
        with _MAKING:
            if holder not in self._clients:
                self._clients[holder] = self._made("s3", **_key_of(holder))
            self._clients.move_to_end(holder)
            while len(self._clients) > CLIENTS:
                self._clients.popitem(last=False)
            return self._clients[holder]

    def pass_desk(self) -> Any:
        """Return the client that asks for credentials (STS), by our own key: the only thing that key is used for."""
        key_id, secret = self.settings.key_id, self.settings.secret.get_secret_value()
        with _MAKING:
            if self._pass_desk is None:
                self._pass_desk = self._made("sts", aws_access_key_id=key_id, aws_secret_access_key=secret)
            return self._pass_desk

    def pass_desk_of(self, holder: Pass) -> Any:
        """Return the client that asks for credentials by a person's own: a store that holds people apart gives none."""
        with _MAKING:
            return self._made("sts", **_key_of(holder))

    def _made(self, service: str, **credentials: str) -> Any:
        settings = self.settings
        config = Config(
            signature_version="v4" if service == "sts" else "s3v4",
            s3={"addressing_style": "path" if settings.endpoint else "virtual"},
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 2, "mode": "standard"},
            # Checksums that nobody asked for: older stores don't know them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        address = {"endpoint_url": settings.endpoint or None, "region_name": settings.region}
        return _session().create_client(service, config=config, **address, **credentials)  # type: ignore[call-overload] -- its names are checked by botocore


def _key_of(holder: Pass) -> dict[str, str]:
    return {
        "aws_access_key_id": holder.key_id,
        "aws_secret_access_key": holder.secret,
        "aws_session_token": holder.token,
    }


@contextmanager
def said_in_our_words(key: str = "") -> Generator[None]:
    """Say what the store says as our own errors.

    Raises: NotFound, BucketFull, StoreRefused, BucketDown.
    """
    try:
        yield
    except ClientError as error:
        reply: Any = error.response  # not every store says all that AWS does
        code = str(reply.get("Error", {}).get("Code") or reply["ResponseMetadata"]["HTTPStatusCode"])
        said = f"{code} at {error.operation_name} {key}"
        if code in _MISSING:
            raise NotFound(said) from error
        if code in _FULL:
            raise BucketFull(said) from error
        raise (StoreRefused if code in _REFUSED else BucketDown)(said) from error
    except (BotoCoreError, HTTPClientError) as error:
        raise BucketDown(f"{type(error).__name__} {key}") from error
