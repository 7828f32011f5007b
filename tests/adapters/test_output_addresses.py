"""Addresses of outputs: what is never reached, however it is written."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portrait_app.adapters.replicate import outputs
from portrait_app.adapters.replicate.outputs import OutputBroken, OutputError, OutputUnsafe, fetch
from portrait_app.adapters.replicate.outward import Forbidden, OutwardNetwork, is_public
from tests.adapters.scripted import Answer, Raw
from tests.adapters.test_outputs import PICTURE, fetched

if TYPE_CHECKING:
    from tests.adapters.scripted import ScriptedEngine

MARKS = [
    "http:",
    "https:",
    "//",
    "/",
    "\\",
    "[",
    "]",
    ":",
    "@",
    "..",
    "%",
    "?",
    "#",
    " ",
    "\r\n",
    "\0",
    "\xff",
    "\ud800",
]
NAMES = ["::1", "99999", "replicate.delivery", "127.0.0.1", "localhost", "xn--", "-1", "\u2100", "a" * 64]
PIECES = st.sampled_from(MARKS + NAMES)
ODD = st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://0x7f000001:1/",
        "http://2130706433:1/",
        "http://0177.0.0.1:1/",
        "http://127.1:1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://:password@replicate.delivery/",
        "http://10.0.0.1/",
        "http://0.0.0.0:1/",
        "http://[fd00::1]/",
        "http://100.64.0.1/",
        "http://[64:ff9b::7f00:1]/",
        "file:///etc/passwd",
        "http://replicate.delivery/x",  # not by https
        "https://replicate.delivery:444/x",
        "https://user@replicate.delivery/x",
        "https://replicate.delivery.evil.example/x",
        "https://evilreplicate.delivery/x",
        "https://replicate.delivery@127.0.0.1/x",
        "https://replicate.delivery\\@127.0.0.1/x",
        "http://127.0.0.1:8787@127.0.0.1/x",
        "http://127.0.0.1:87870/x",
        "https://127.0.0.1:8787/x",
        "https://replicate.delivery:x/",
        "https://a..replicate.delivery/x",
        "https://.replicate.delivery/x",
        f"https://{'a' * 64}.replicate.delivery/x",
        "https://a b.replicate.delivery/x",
        "https://replicate.delivery./x",
        "http://[",
        "https://[::1",
        "https://replicate.delivery/\u00e9",
        "https://replicate.delivery/a\r\nHost: b",
        "",
        "no address",
    ],
)
async def test_no_address_leads_elsewhere(url: str) -> None:
    with pytest.raises(OutputUnsafe):
        await fetch(url, allow_local="http://127.0.0.1:8787", max_bytes=10, timeout_s=5)


@pytest.mark.parametrize(
    "location", ["http://[", "//[x", "http://a:99999/", "https://a..replicate.delivery/", "http://127.0.0.1:x/", "\xff"]
)
async def test_a_redirect_to_no_address_is_not_followed(scripted: ScriptedEngine, location: str) -> None:
    scripted.answers["GET /out.webp"] = Answer(302, b"", {"Location": location})
    with pytest.raises((OutputUnsafe, OutputBroken)):
        await fetched(scripted)
    assert len(scripted.asked) == 1


async def test_the_last_of_too_many_redirects_may_be_no_address(scripted: ScriptedEngine) -> None:
    scripted.answers |= {
        f"GET /{n}": Answer(302, b"", {"Location": f"/{n + 1}" if n < outputs.MOST_REDIRECTS else "http://["})
        for n in range(outputs.MOST_REDIRECTS + 1)
    }
    with pytest.raises(OutputBroken):
        await fetched(scripted, "/0")


async def test_a_host_that_can_not_be_a_name_is_refused_and_not_looked_up() -> None:
    for host in ("a..b", "a" * 64):
        with pytest.raises(Forbidden):
            await OutwardNetwork().connect_tcp(host, 443)


@pytest.fixture
async def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name has an address, so that no odd one is asked for outside; what can't be a name still can't."""

    async def none(host: str, *_: object, **__: object) -> list[object]:
        host.encode("idna")
        raise socket.gaierror(host)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", none)


@given(url=ODD | ODD.map("https://replicate.delivery".__add__) | ODD.map("https://{}.replicate.delivery/".format))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("nowhere")
async def test_any_address_is_fetched_or_said_to_be_wrong(url: str) -> None:
    with pytest.raises(OutputError):
        await fetch(url, allow_local=None, max_bytes=10, timeout_s=5)


@given(status=st.sampled_from([200, 301, 302, 999]), location=ODD, length=ODD | st.sampled_from(["9" * 5000, "-1"]))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_reply_is_a_picture_or_said_to_be_wrong(
    scripted: ScriptedEngine, status: int, location: str, length: str
) -> None:
    said = {"Location": location, "Content-Length": length}
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode("latin-1", "replace")
    scripted.answers["GET /out.webp"] = Raw(whole=b"HTTP/1.1 %d Said\r\n%b\r\nx" % (status, lines))
    with contextlib.suppress(OutputError):
        assert len(await fetched(scripted, timeout_s=0.3)) <= len(PICTURE)


async def test_a_name_of_the_engines_that_leads_inside_is_not_followed_until_it_is_put_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def poisoned(*_: object, **__: object) -> list[object]:
        return [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", poisoned)
    with pytest.raises(OutputBroken, match="delivery is at"):
        await fetch("https://replicate.delivery/x", allow_local=None, max_bytes=10, timeout_s=5)


async def test_where_the_first_address_leads_nowhere_the_next_is_taken(
    scripted: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def two(*_: object, **__: object) -> list[object]:
        asked.append(1)
        return [(10, 1, 6, "", (address, 0, 0, 0)) for address in ("::ffff:127.0.0.2", "127.0.0.1")]

    scripted.answers["GET /out.webp"] = Answer(body=PICTURE)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", two)
    assert await fetched(scripted) == PICTURE
    assert asked == [1]  # what was looked at is what was connected to


async def test_where_no_address_answers_it_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*_: object, **__: object) -> list[object]:
        return [(2, 1, 6, "", ("127.0.0.2", 1)), (2, 1, 6, "", ("127.0.0.1", 1))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", none)
    with pytest.raises(OutputBroken, match="ConnectError"):
        await fetch("http://127.0.0.1:1/x", allow_local="http://127.0.0.1:1", max_bytes=10, timeout_s=5)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("fec0::1", False),
        ("5f00::1", False),
        ("ff02::1", False),
        ("2001:0:53aa:64c::1", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, expected: bool) -> None:
    assert is_public(address) is expected
