"""Credentials that pass, and addresses at the store that are signed with them: dead within ten minutes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from portrait_app.adapters.buckets import links
from portrait_app.adapters.buckets.errors import NotTheirs
from portrait_app.adapters.buckets.s3.links import WINDOW, Addresses
from portrait_app.adapters.buckets.s3.passes import USED_FOR, Passes
from portrait_app.domain.clock import now
from tests.opening import browser_of

if TYPE_CHECKING:
    from portrait_app.adapters.buckets.s3 import S3Buckets

ADA, BOB = uuid4(), uuid4()
MINE = f"u/{ADA}/portraits/a.webp"


async def test_an_address_opens_nothing_once_it_has_expired(s3_buckets: S3Buckets) -> None:
    await s3_buckets.of(ADA).put_bytes(MINE, b"Ada")
    holder = await s3_buckets.passes.of(ADA)
    old = replace(holder, made_at=now() - timedelta(hours=1))
    async with httpx.AsyncClient(trust_env=False) as browser:
        for ago, status in ((2 * WINDOW + timedelta(seconds=1), 403), (WINDOW - timedelta(seconds=1), 200)):
            addresses = Addresses(s3_buckets.store.settings, old, ADA, now() - ago)
            assert (await browser.get(addresses.of(MINE))).status_code == status
            with pytest.raises(NotTheirs):
                addresses.of(MINE.replace(str(ADA), str(BOB)))


async def test_an_address_is_the_same_for_five_minutes_and_lives_five_to_ten(s3_buckets: S3Buckets) -> None:
    holder, settings = await s3_buckets.passes.of(ADA), s3_buckets.store.settings
    old = replace(holder, made_at=now() - timedelta(hours=1), ends_at=now() + timedelta(days=1))
    began = now().replace(minute=25, second=0, microsecond=0)
    first, last, next_one = (
        Addresses(settings, old, ADA, began + after) for after in (timedelta(), WINDOW - timedelta(seconds=1), WINDOW)
    )
    assert first.of(MINE) == last.of(MINE) != next_one.of(MINE)
    assert httpx.URL(first.of(MINE)).params["X-Amz-Expires"] == str(int(2 * WINDOW.total_seconds()))
    assert (first.stands_for_s, last.stands_for_s) == (WINDOW.total_seconds(), 1)
    assert holder.secret not in f"{first.of(MINE)} {holder}"


async def test_an_address_is_not_of_before_its_credential_nor_of_after_it(s3_buckets: S3Buckets) -> None:
    at = now().replace(minute=27, second=0, microsecond=0)
    young = replace(
        await s3_buckets.passes.of(ADA), made_at=at - timedelta(seconds=20), ends_at=at + timedelta(seconds=40)
    )
    made = Addresses(s3_buckets.store.settings, young, ADA, at)
    said = httpx.URL(made.of(MINE)).params
    assert (said["X-Amz-Date"], said["X-Amz-Expires"]) == (f"{young.made_at:%Y%m%dT%H%M%SZ}", "60")
    assert made.stands_for_s == 40


@pytest.mark.parametrize("window_s", [links.WINDOW_S, 2])  # of the second, an address is good for longer than the link
async def test_a_link_leads_to_an_address_that_is_kept_no_longer_than_either_lives(
    s3_buckets: S3Buckets, window_s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "WINDOW_S", window_s)
    await s3_buckets.of(ADA).put_bytes(MINE, b"Ada")
    async with browser_of(s3_buckets, follows=False) as browser:
        answer = await browser.get((await s3_buckets.of(ADA).links()).to(MINE))
    assert answer.status_code == 302
    kept, _, seconds = answer.headers["cache-control"].partition("max-age=")
    assert (kept, 0 <= int(seconds) <= min(WINDOW.total_seconds(), 2 * window_s)) == ("private, ", True)
    assert answer.headers["location"].startswith(f"{s3_buckets.store.settings.objects_url}/{MINE}?")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_an_archive_that_broke_off_goes_on_for_as_long_as_the_link_that_led_to_it(
    s3_buckets: S3Buckets,
) -> None:
    archive, holder = f"u/{ADA}/exports/a.zip", await s3_buckets.passes.of(ADA)
    await s3_buckets.of(ADA).put_bytes(archive, b"everything of Ada")
    old, settings = replace(holder, made_at=now() - timedelta(minutes=29)), s3_buckets.store.settings
    addresses = [
        Addresses(settings, old, ADA, now() - timedelta(minutes=25), until=until)
        for until in (now() + timedelta(minutes=5), None)
    ]
    async with httpx.AsyncClient(trust_env=False) as browser:
        rest = [await browser.get(each.of(archive), headers={"Range": "bytes=11-"}) for each in addresses]
    assert [answer.status_code for answer in rest] == [206, 403]
    assert rest[0].content == b"of Ada"


async def test_a_link_to_an_archive_leads_to_an_address_that_lives_as_long_and_to_a_picture_to_a_short_one(
    s3_buckets: S3Buckets,
) -> None:
    links = await s3_buckets.of(ADA).links()
    lives = {}
    async with browser_of(s3_buckets, follows=False) as browser:
        for key in (f"u/{ADA}/exports/a.zip", MINE):
            link = links.to(key, download_as="ada")
            address = httpx.URL((await browser.get(link)).headers["location"]).params
            signed_at = datetime.strptime(address["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            ends_at = signed_at + timedelta(seconds=int(address["X-Amz-Expires"]))
            lives[key] = (ends_at, datetime.fromtimestamp(int(httpx.URL(link).params["e"]), UTC))
    (archive, link_ends), (picture, _) = lives.values()
    assert archive == min(link_ends, (await s3_buckets.passes.of(ADA)).ends_at)
    assert picture - now() < 2 * WINDOW < timedelta(minutes=29) < archive - now()


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


async def test_a_credential_is_asked_for_once_for_all_who_need_it(
    s3_buckets: S3Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    passes = Passes(s3_buckets.store, clock=clock)
    asked: list[str] = []
    issue = passes.issue
    monkeypatch.setattr(passes, "issue", lambda name, policy: asked.append(name) or issue(name, policy))
    first = asyncio.create_task(passes.of(ADA))
    others = [asyncio.create_task(passes.of(ADA)) for _ in range(9)]
    await asyncio.sleep(0)  # one turn of the loop: all ten have asked
    first.cancel()  # whoever asked first goes away
    assert len({holder.token for holder in await asyncio.gather(*others)}) == 1
    clock.ahead = USED_FOR - timedelta(seconds=5)
    assert await passes.of(ADA) == others[0].result()
    assert asked == [f"person-{ADA}"]
    clock.ahead = USED_FOR
    fresh = await passes.of(ADA)
    assert fresh != others[0].result()
    assert (await passes.of(BOB)).token != fresh.token
    assert asked == [f"person-{ADA}", f"person-{ADA}", f"person-{BOB}"]
