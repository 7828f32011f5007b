"""One object on its way into the store: in one piece when it is small, in parts when it isn't, whole or not at all."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import TYPE_CHECKING, Any

import structlog
from botocore.exceptions import ClientError

from portrait_app.adapters.buckets.s3.store import said_in_our_words
from portrait_app.adapters.buckets.types import type_of
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()

PART_BYTES = 8 * 1024 * 1024  # the store takes parts from 5 MiB on, and 10,000 of them
IN_MEMORY_BYTES = 256 * 1024  # of a part; the rest waits in a file without a name, so that many uploads fit beside


class Upload:
    """An object that appears when it is finished. Everything here waits for the store: call it in a thread.

    Args: client: speaks in the name of the person whose object it is.
    """

    def __init__(self, client: Callable[[], Any], bucket: str, key: str) -> None:
        self._client = client
        self._place = {"Bucket": bucket, "Key": key}
        self._part = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 -- open from call to call
        self._sent: list[dict[str, Any]] = []
        self._upload_id = ""
        self._is_there = self._is_off = False
        self._turn = Lock()  # called off in the middle of a call, it is undone when that has ended

    def write(self, data: bytes) -> None:
        """Add bytes.

        Raises: BucketFull, BucketDown, StoreRefused.
        """
        with self._turn:
            if self._is_off:
                return
            self._part.write(data)
            if self._part.tell() >= PART_BYTES:
                self._send()

    def finish(self) -> None:
        """Make it appear.

        Raises: BucketFull, BucketDown, StoreRefused.
        """
        with self._turn, said_in_our_words(self._place["Key"]):
            if self._is_off:
                return
            if self._upload_id and self._part.tell():
                self._send()
            self._is_there = True  # also when the reply is lost: what may be there is undone
            try:
                self._appear()
            except ClientError:  # a plain no
                self._is_there = False
                raise

    def discard(self) -> None:
        """Leave nothing of it in the store; what can't be undone now is thrown away later, by the sweep."""
        with self._turn:
            self._is_off = True
            self._part.close()
            try:
                with said_in_our_words(self._place["Key"]):
                    self._undo()
            except PortraitError as error:
                log.warning("upload.left_behind", why=type(error).__name__, detail=str(error)[:200])

    def close(self) -> None:
        """Let go of what was in memory or on the disk."""
        self._part.close()

    def _appear(self) -> None:
        if self._upload_id:
            parts = {"Parts": self._sent}
            self._client().complete_multipart_upload(**self._place, UploadId=self._upload_id, MultipartUpload=parts)
            self._upload_id = ""
        else:
            self._part.seek(0)
            self._client().put_object(**self._place, Body=self._part, ContentType=type_of(self._place["Key"]))

    def _send(self) -> None:
        with said_in_our_words(self._place["Key"]):
            if not self._upload_id:
                kind = type_of(self._place["Key"])
                self._upload_id = self._client().create_multipart_upload(**self._place, ContentType=kind)["UploadId"]
            number = len(self._sent) + 1
            self._part.seek(0)
            place = {**self._place, "UploadId": self._upload_id, "PartNumber": number}
            self._sent.append(
                {"PartNumber": number, "ETag": self._client().upload_part(**place, Body=self._part)["ETag"]}
            )
        self._part.seek(0)
        self._part.truncate()

    def _undo(self) -> None:
        if self._upload_id:
            self._client().abort_multipart_upload(**self._place, UploadId=self._upload_id)
        if self._is_there:
            self._client().delete_object(**self._place)
