"""Buckets of both kinds, and two people: what is asked of one kind is asked of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from portrait_app.adapters.buckets.disk import DiskBuckets

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.ports.bucket import Bucket, Buckets

ADA, BOB = UUID("7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f"), UUID("0a3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f")


@pytest.fixture(params=["disk", "s3"])
def buckets(request: pytest.FixtureRequest, tmp_path: Path) -> Buckets:
    if request.param == "s3":
        return request.getfixturevalue("s3_buckets")
    return DiskBuckets(tmp_path / "bucket", {"1": b"k" * 32})


@pytest.fixture
def bucket(buckets: Buckets) -> Bucket:
    return buckets.of(ADA)
