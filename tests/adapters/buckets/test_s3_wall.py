"""What is particular to buckets in a store: its own wall between people, credentials that pass, objects in parts."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import psutil
import pytest
from botocore.exceptions import ClientError

from portrait_app.adapters.buckets.errors import StoreRefused
from portrait_app.adapters.buckets.s3 import S3Buckets, buckets, links
from portrait_app.adapters.buckets.s3.upload import PART_BYTES
from tests.s3 import ROLE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.s3 import StoreServer

ADA = uuid4()
BOB = UUID(int=ADA.int ^ 1)  # they live door to door: their names differ in the last letter
MINE, HIS = f"u/{ADA}/portraits/a.webp", f"u/{BOB}/portraits/b.webp"
BESIDE = f"u/{ADA}x/portraits/b.webp"  # nobody's, and begins as hers do
MB = 1024 * 1024


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
        assert (await browser.get((await s3_buckets.addresses(ADA)).of(HIS))).status_code == 403
        assert (await browser.get((await s3_buckets.addresses(BOB)).of(HIS))).content == b"Bob"
    assert await s3_buckets.of(BOB).get(HIS) == b"Bob"


async def test_a_persons_credential_opens_nothing_but_their_folder(
    s3_buckets: S3Buckets, s3_server: StoreServer
) -> None:
    await s3_buckets.of(BOB).put_bytes(HIS, b"Bob")
    s3_server.client.put_object(Bucket="pictures", Key=BESIDE, Body=b"beside")
    holder, at = await s3_buckets.passes.of(ADA), {"Bucket": "pictures"}
    client = s3_buckets.store.client(holder)
    attempts: list[Callable[[], Any]] = [
        lambda: client.list_objects_v2(**at),
        lambda: client.list_objects_v2(**at, Prefix="u/"),
        lambda: client.list_objects_v2(**at, Prefix=f"u/{BOB}/"),
        lambda: client.list_objects(**at, Prefix=f"u/{BOB}/"),
        lambda: client.list_multipart_uploads(**at),
        lambda: client.copy_object(**at, Key=MINE, CopySource=f"pictures/{HIS}"),
        lambda: client.head_object(**at, Key=HIS),
        lambda: client.get_object(**at, Key=HIS),
        lambda: client.get_object(**at, Key=BESIDE),
        lambda: client.put_object(**at, Key=BESIDE, Body=b"evil"),
        lambda: client.delete_object(**at, Key=BESIDE),
        lambda: client.copy_object(**at, Key=MINE, CopySource=f"pictures/{BESIDE}"),
        lambda: client.list_objects_v2(**at, Prefix=f"u/{ADA}"),
        lambda: client.list_object_versions(**at, Prefix=f"u/{BOB}/"),
        lambda: client.get_object_acl(**at, Key=HIS),
        lambda: client.put_object_acl(**at, Key=HIS, ACL="public-read"),
        lambda: client.get_object_tagging(**at, Key=HIS),
        lambda: client.get_object(**at, Key=f"u/{ADA}/../{BOB}/portraits/b.webp"),
        lambda: client.create_multipart_upload(**at, Key=HIS),
        lambda: client.put_bucket_policy(**at, Policy="{}"),
        lambda: client.create_bucket(Bucket="another"),
        lambda: client.delete_bucket(**at),
        lambda: s3_buckets.store.pass_desk_of(holder).assume_role(RoleArn=ROLE, RoleSessionName="once-more"),
    ]
    for number, attempt in enumerate(attempts):
        with pytest.raises(ClientError) as refused:
            await s3_buckets.store.do(attempt)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403), number
    both = {"Objects": [{"Key": HIS}, {"Key": BESIDE}]}
    with suppress(ClientError):  # of many at once a store may refuse each, or all
        await s3_buckets.store.do(lambda: client.delete_objects(**at, Delete=both))
    for key, body in ((HIS, b"Bob"), (BESIDE, b"beside")):
        assert s3_server.client.get_object(Bucket="pictures", Key=key)["Body"].read() == body


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
