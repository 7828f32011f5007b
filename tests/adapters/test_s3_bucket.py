"""What is particular to buckets in a store: its own wall between people, credentials that pass, objects in parts."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import httpx
import psutil
import pytest
from botocore.exceptions import ClientError

from portrait_app.adapters.buckets.errors import BucketDown, BucketFull, ObjectTooLarge, StoreRefused
from portrait_app.adapters.buckets.s3 import S3Buckets, buckets, links
from portrait_app.adapters.buckets.s3.links import S3Links
from portrait_app.adapters.buckets.s3.passes import USED_FOR, Passes
from portrait_app.adapters.buckets.s3.upload import PART_BYTES
from portrait_app.domain.clock import now
from portrait_app.errors import NotFound, PortraitError
from tests.stores import answering, silent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from portrait_app.adapters.buckets.s3.passes import Pass
    from tests.s3 import StoreServer

ADA, BOB = uuid4(), uuid4()
MINE, HIS = f"u/{ADA}/portraits/a.webp", f"u/{BOB}/portraits/b.webp"
MB = 1024 * 1024


async def slowly(*parts: bytes, gate: asyncio.Event) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    await gate.wait()


async def chunks(size: int, *, step: int = MB) -> AsyncIterator[bytes]:
    for begin in range(0, size, step):
        yield bytes([begin // step % 251]) * min(step, size - begin)


def test_its_doors_but_the_one_that_asks_for_a_signature_are_shut(s3_server: StoreServer) -> None:
    assert s3_server.process is not None
    listening = [c for c in psutil.Process(s3_server.process.pid).net_connections("tcp") if c.status == "LISTEN"]
    assert {(c.laddr.ip, c.laddr.port) for c in listening} == {("127.0.0.1", port) for port in s3_server.ports.values()}
    s3_server.client.put_object(Bucket="pictures", Key=HIS, Body=b"Bob")
    for name, port in s3_server.ports.items():
        if name.endswith(".grpc"):
            assert speaks_to(s3_server, port)
            assert not speaks_to(None, port), name
            continue
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as stranger:
            for path in (f"/pictures/{HIS}", f"/buckets/pictures/{HIS}", "/dir/assign", "/1,01637037d6", "/dir/status"):
                for method in ("GET", "POST", "DELETE"):
                    status = stranger.request(method, path).status_code
                    assert status in (400, 401, 403, 404, 405), (name, method, path, status)
    s3_server.empty()


def speaks_to(known: StoreServer | None, port: int) -> bool:
    """Whether a gRPC door opens to who has the server's certificate, or none."""
    hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    tls.set_alpn_protocols(["h2"])
    if known is not None:
        tls.load_cert_chain(known.folder / "certificate.pem", known.folder / "key.pem")
    with socket.create_connection(("127.0.0.1", port), 5) as plain:
        try:
            with tls.wrap_socket(plain, server_hostname="localhost") as door:
                door.sendall(hello)
                return bool(door.recv(64))
        except OSError:
            return False


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own code is wrong: it looks at no key."""
    monkeypatch.setattr(buckets, "owned", lambda key, _: key)
    monkeypatch.setattr(links, "owned", lambda key, _: key)


@pytest.mark.usefixtures("trusting")
async def test_the_store_itself_refuses_a_key_of_somebody_elses(s3_buckets: S3Buckets) -> None:
    await s3_buckets.of(BOB).put_bytes(HIS, b"Bob")
    ada = s3_buckets.of(ADA)
    attempts: list[Callable[[], Awaitable[Any]]] = [
        lambda: ada.put(HIS, chunks(9), max_bytes=9),
        lambda: ada.put(HIS, chunks(2 * PART_BYTES), max_bytes=2 * PART_BYTES),
        lambda: ada.put_bytes(HIS, b"evil"),
        lambda: ada.get(HIS),
        lambda: ada.delete(HIS),
    ]
    for attempt in attempts:
        with pytest.raises(StoreRefused):
            await attempt()
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.get((await ada.links()).to(HIS))).status_code == 403
        assert (await browser.get((await s3_buckets.of(BOB).links()).to(HIS))).content == b"Bob"
    assert await s3_buckets.of(BOB).get(HIS) == b"Bob"


async def test_a_persons_credential_opens_nothing_but_their_folder(s3_buckets: S3Buckets) -> None:
    await s3_buckets.of(BOB).put_bytes(HIS, b"Bob")
    client, at = s3_buckets.store.client(await s3_buckets.passes.of(ADA)), {"Bucket": "pictures"}
    attempts: list[Callable[[], Any]] = [
        lambda: client.list_objects_v2(**at),
        lambda: client.list_objects_v2(**at, Prefix="u/"),
        lambda: client.list_objects_v2(**at, Prefix=f"u/{BOB}/"),
        lambda: client.list_objects(**at, Prefix=f"u/{BOB}/"),
        lambda: client.list_multipart_uploads(**at),
        lambda: client.copy_object(**at, Key=MINE, CopySource=f"pictures/{HIS}"),
        lambda: client.head_object(**at, Key=HIS),
        lambda: client.get_object(**at, Key=f"u/{ADA}/../{BOB}/portraits/b.webp"),
        lambda: client.create_multipart_upload(**at, Key=HIS),
        lambda: client.put_bucket_policy(**at, Policy="{}"),
        lambda: client.create_bucket(Bucket="another"),
        lambda: client.delete_bucket(**at),
    ]
    for number, attempt in enumerate(attempts):
        with pytest.raises(ClientError) as refused:
            await s3_buckets.store.do(attempt)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403), number


async def test_who_tidies_sees_names_and_no_pictures(s3_buckets: S3Buckets) -> None:
    await s3_buckets.of(BOB).put_bytes(HIS, b"Bob")
    client, at = s3_buckets.store.client(await s3_buckets.passes.caretakers()), {"Bucket": "pictures", "Key": HIS}
    for attempt in (
        lambda: client.get_object(**at),
        lambda: client.put_object(**at, Body=b"evil"),
        lambda: client.delete_object(**at),
        lambda: client.delete_objects(Bucket="pictures", Delete={"Objects": [{"Key": HIS}]})["Errors"][0]["none"],
        lambda: client.list_objects_v2(Bucket="pictures"),
    ):
        with pytest.raises((ClientError, KeyError)):
            await s3_buckets.store.do(attempt)
    assert [stored.key for stored in await s3_buckets.page(most=9)] == [HIS]
    assert await s3_buckets.of(BOB).get(HIS) == b"Bob"


async def test_a_link_opens_nothing_once_it_has_expired(s3_buckets: S3Buckets) -> None:
    await s3_buckets.of(ADA).put_bytes(MINE, b"Ada")
    holder = await s3_buckets.passes.of(ADA)
    past = replace(holder, made_at=now() - timedelta(seconds=61), ends_at=now() - timedelta(seconds=1))
    still = replace(holder, made_at=now() - timedelta(seconds=61), ends_at=now() + timedelta(seconds=30))
    async with httpx.AsyncClient(trust_env=False) as browser:
        for credential, status in ((past, 403), (still, 200)):
            link = S3Links(s3_buckets.store.settings, credential, ADA).to(MINE)
            assert (await browser.get(link)).status_code == status


async def test_a_link_lives_as_long_as_its_credential(s3_buckets: S3Buckets) -> None:
    holder = await s3_buckets.passes.of(ADA)
    link = httpx.URL((await s3_buckets.of(ADA).links()).to(MINE))
    assert link.params["X-Amz-Expires"] == "3600"
    assert link.params["X-Amz-Date"] == f"{holder.made_at:%Y%m%dT%H%M%SZ}"
    assert holder.secret not in f"{link} {holder}"


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
    await asyncio.sleep(0)
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


async def test_a_large_object_goes_in_parts_and_comes_back_whole(s3_buckets: S3Buckets, s3_server: StoreServer) -> None:
    size = 2 * PART_BYTES + 12345
    assert await s3_buckets.of(ADA).put(MINE, chunks(size), max_bytes=size) == size
    assert await s3_buckets.of(ADA).get(MINE) == b"".join([chunk async for chunk in chunks(size)])
    assert s3_server.unfinished() == []
    assert s3_server.client.head_object(Bucket="pictures", Key=MINE)["ContentType"] == "image/webp"


async def test_what_turns_out_too_large_leaves_no_part(s3_buckets: S3Buckets, s3_server: StoreServer) -> None:
    with pytest.raises(ObjectTooLarge):
        await s3_buckets.of(ADA).put(MINE, chunks(PART_BYTES + 2 * MB), max_bytes=PART_BYTES + MB)
    assert (s3_server.keys(), s3_server.unfinished()) == ([], [])


@pytest.mark.parametrize("size", [0, MB, PART_BYTES + MB], ids=["nothing", "a little", "a part"])
async def test_a_put_that_is_called_off_leaves_nothing(
    s3_buckets: S3Buckets, s3_server: StoreServer, size: int
) -> None:
    reading = asyncio.Event()

    async def coming() -> AsyncIterator[bytes]:
        yield b"x" * size
        reading.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(s3_buckets.of(ADA).put(MINE, coming(), max_bytes=99 * MB))
    await reading.wait()
    assert len(s3_server.unfinished()) == (size > PART_BYTES)
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert (s3_server.keys(), s3_server.unfinished()) == ([], [])


@pytest.mark.parametrize("size", [MB, PART_BYTES + MB], ids=["whole", "in parts"])
async def test_a_put_that_is_called_off_as_it_ends_leaves_nothing(
    s3_buckets: S3Buckets, s3_server: StoreServer, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = asyncio.Event()
    loop, finish = asyncio.get_running_loop(), buckets.Upload.finish

    def told(upload: buckets.Upload) -> None:
        loop.call_soon_threadsafe(ending.set)
        finish(upload)

    monkeypatch.setattr(buckets.Upload, "finish", told)
    putting = asyncio.create_task(s3_buckets.of(ADA).put(MINE, chunks(size), max_bytes=size))
    await ending.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert (s3_server.keys(), s3_server.unfinished()) == ([], [])


async def test_what_a_killed_process_left_is_thrown_away_after_an_hour(
    s3_buckets: S3Buckets, s3_server: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = s3_server.client.create_multipart_upload(Bucket="pictures", Key=MINE)
    place = {"Bucket": "pictures", "Key": MINE, "UploadId": begun["UploadId"], "PartNumber": 1}
    s3_server.client.upload_part(**place, Body=b"half a photo")
    await s3_buckets.discard_unfinished()
    assert s3_server.unfinished() == [MINE]
    monkeypatch.setattr(s3_buckets, "_clock", lambda: now() + timedelta(hours=1, minutes=1))
    await s3_buckets.discard_unfinished()
    assert s3_server.unfinished() == []


async def test_what_may_not_be_read_and_is_not_there_is_missing(s3_buckets: S3Buckets) -> None:
    """AWS says "access denied" of a key that isn't there to whoever may list only a part of the bucket."""
    await s3_buckets.of(ADA).put_bytes(MINE, b"Ada")
    blind = Passes(s3_buckets.store)
    listing = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::pictures"]}
    holder = await s3_buckets.store.do(lambda: blind.issue("blind", {"Version": "2012-10-17", "Statement": [listing]}))
    unseeing = holding(s3_buckets.store, holder)
    with pytest.raises(StoreRefused):
        await unseeing.get(MINE)
    with pytest.raises(NotFound):
        await unseeing.get(f"u/{ADA}/portraits/never.webp")


def holding(store: buckets.Store, holder: Pass) -> buckets.S3Bucket:
    """Ada's bucket in a store that needs not be asked for her credential."""
    return buckets.S3Bucket(store, cast("Passes", Always(holder)), ADA)


class Always:
    """Passes that are one pass."""

    def __init__(self, holder: Pass) -> None:
        self._holder = holder

    async def of(self, _: object) -> Pass:
        return self._holder


async def everything(ada: buckets.S3Bucket) -> list[PortraitError]:
    """Try every verb; return what each raised."""
    raised: list[PortraitError] = []
    for attempt in (
        ada.put(MINE, chunks(9), max_bytes=9),
        ada.put(MINE, chunks(PART_BYTES + MB), max_bytes=PART_BYTES + MB),
        ada.put_bytes(MINE, b"x"),
        ada.get(MINE),
        ada.delete(MINE),
        ada.page(most=9),
    ):
        with pytest.raises(PortraitError) as failed:
            await attempt
        raised.append(failed.value)
    return raised


async def test_a_store_that_is_down_is_said_in_words(s3_buckets: S3Buckets) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        down = S3Buckets(replace(s3_buckets.store.settings, endpoint=nowhere))
        holder = await s3_buckets.passes.of(ADA)
        ada = down.of(ADA)
        for verb in (ada.links, down.check, down.discard_unfinished, lambda: down.page(most=9)):
            with pytest.raises(BucketDown):  # it gives no credentials
                await verb()
        raised = await everything(holding(down.store, holder))
    assert {type(error) for error in raised} == {BucketDown}
    assert all("safe" in error.hint and error.is_retryable for error in raised)
    assert not any(holder.secret in f"{error}{error.__cause__}" for error in raised)


async def test_a_key_that_the_store_does_not_know_is_refused_in_words(s3_buckets: S3Buckets) -> None:
    wrong = S3Buckets(replace(s3_buckets.store.settings, key_id="NOBODY"))
    with pytest.raises(StoreRefused):
        await wrong.check()


async def test_a_full_store_is_said_and_so_is_one_that_fails(s3_buckets: S3Buckets) -> None:
    holder = await s3_buckets.passes.of(ADA)
    for code, status, meant in (("QuotaExceeded", 403, BucketFull), ("SlowDown", 503, BucketDown)):
        async with answering(status, code) as endpoint:
            ada = holding(buckets.Store(replace(s3_buckets.store.settings, endpoint=endpoint)), holder)
            with pytest.raises(meant):
                await ada.put(MINE, chunks(9), max_bytes=9)
            with pytest.raises(meant):
                await ada.put_bytes(MINE, b"x")


async def test_a_store_that_keeps_one_waiting_holds_up_nobody_else(s3_buckets: S3Buckets) -> None:
    holder = await s3_buckets.passes.of(ADA)
    async with silent() as (endpoint, heard):
        ada = holding(buckets.Store(replace(s3_buckets.store.settings, endpoint=endpoint)), holder)
        waiting = [asyncio.create_task(ada.get(MINE)) for _ in range(4)]
        async with asyncio.timeout(20):
            await heard.wait()  # the loop turns while threads wait
            assert await asyncio.to_thread(lambda: "free") == "free"
        assert not any(task.done() for task in waiting)
    for task in waiting:
        with pytest.raises(BucketDown):
            await task
