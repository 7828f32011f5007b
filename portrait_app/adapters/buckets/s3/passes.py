"""Credentials for one person each: the store itself opens their folder to them, and nothing else."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from portrait_app.adapters.buckets.keys import EVERYBODY, folder_of
from portrait_app.adapters.buckets.s3.store import said_in_our_words
from portrait_app.domain.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from portrait_app.adapters.buckets.s3.store import Store

LASTS = timedelta(hours=1)  # the most that a role allows unless it is told otherwise
USED_FOR = timedelta(minutes=30)  # then a new one is asked for; an address signed with the old one ends soon after
MOST = 2000  # people whose credentials are kept at once, the last ones that came


@dataclass(frozen=True)
class Pass:
    """A credential for a while. It opens what the policy names that it was asked for with, at the store itself."""

    key_id: str
    secret: str
    token: str
    made_at: datetime
    ends_at: datetime

    def __repr__(self) -> str:
        return f"Pass({self.key_id}, until {self.ends_at:%H:%M:%S})"  # its secret stands in no log


class Passes:
    """Asks the store for credentials, keeps each for half an hour, and asks once for whoever needs the same one.

    Args: clock: what time it is.
    """

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = now) -> None:
        self._store = store
        self._clock = clock
        self._kept: OrderedDict[UUID | None, Pass] = OrderedDict()
        self._asked: dict[UUID | None, asyncio.Task[Pass]] = {}

    async def of(self, owner_id: UUID) -> Pass:
        """Return the credential of one person: it puts, gets, deletes and lists in their folder.

        Raises: BucketDown, StoreRefused: the store gives none.
        """
        return await self._fresh(owner_id)

    async def caretakers(self) -> Pass:
        """Return the credential that tidies: it lists everybody's keys and throws away unfinished puts.

        It can't read, put or delete an object; what is to go is deleted in its owner's name.
        """
        return await self._fresh(None)

    async def _fresh(self, holder: UUID | None) -> Pass:
        kept = self._kept.get(holder)
        if kept is not None and self._clock() < kept.made_at + USED_FOR:
            return kept
        asked = self._asked.get(holder)
        if asked is None:
            asked = self._asked[holder] = asyncio.create_task(self._ask(holder))
            asked.add_done_callback(lambda task: self._heard(holder, task))
        return await asyncio.shield(asked)  # whoever goes away doesn't take it from the others

    async def _ask(self, holder: UUID | None) -> Pass:
        policy = _caretakers(self._bucket) if holder is None else _persons(self._bucket, holder)
        name = "caretaker" if holder is None else f"person-{holder}"
        return await self._store.do(lambda: self.issue(name, policy))

    def _heard(self, holder: UUID | None, task: asyncio.Task[Pass]) -> None:
        del self._asked[holder]
        if not task.cancelled() and task.exception() is None:
            self._kept[holder] = task.result()
            self._kept.move_to_end(holder)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def issue(self, name: str, policy: dict[str, Any]) -> Pass:
        """Ask the store for a credential under this policy; it waits, so call it in a thread.

        Raises: BucketDown, StoreRefused.
        """
        made_at = self._clock().replace(microsecond=0)  # a link says whole seconds
        with said_in_our_words():
            given = self._store.pass_desk().assume_role(
                RoleArn=self._store.settings.role,
                RoleSessionName=name,  # the store's own log says by it whose work it was
                Policy=json.dumps(policy, separators=(",", ":")),
                DurationSeconds=int(LASTS.total_seconds()),
            )["Credentials"]
        key = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return Pass(*key, made_at=made_at, ends_at=min(given["Expiration"].astimezone(UTC), made_at + LASTS))

    @property
    def _bucket(self) -> str:
        partition = self._store.settings.role.split(":")[1]  # `aws`, or that of another of its worlds
        return f"arn:{partition}:s3:::{self._store.settings.bucket}"


def _persons(bucket: str, owner_id: UUID) -> dict[str, Any]:
    theirs = f"{folder_of(owner_id)}*"
    touch = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    return _policy(_may(touch, f"{bucket}/{theirs}"), _may_list(["s3:ListBucket"], bucket, theirs))


def _caretakers(bucket: str) -> dict[str, Any]:
    everything = f"{EVERYBODY}*"
    return _policy(
        _may_list(["s3:ListBucket"], bucket, everything),
        _may(["s3:ListBucketMultipartUploads"], bucket),  # no condition on its prefix is known to every store
        _may(["s3:AbortMultipartUpload"], f"{bucket}/{everything}"),
    )


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _may(actions: list[str], what: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": [what]}


def _may_list(actions: list[str], bucket: str, prefix: str) -> dict[str, Any]:
    return {**_may(actions, bucket), "Condition": {"StringLike": {"s3:prefix": [prefix]}}}
