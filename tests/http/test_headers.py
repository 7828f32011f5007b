"""What every answer tells a browser not to do."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from portrait_app.http.headers import OVER_TLS, CareHeaders
from portrait_app.http.policy import policy

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

PAGE = '<script type="module">run()</script><script src="/a.js" defer></script><style>p {}\r\n</style><style></style>'


def rules(said: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (rule.split() for rule in said.split("; "))}


def hash_of(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_asvs_3_4_3_and_3_4_6_only_the_scripts_that_were_built_run_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "index.html").write_text(PAGE, newline="")
    (tmp_path / "room" / "index.html").write_text("<script>other()</script>")
    found = rules(policy(tmp_path, ["wss://studio.example"]))
    assert found["default-src"] == ["'none'"]
    assert sorted(found["script-src"]) == sorted(["'self'", hash_of("run()"), hash_of("other()")])
    assert sorted(found["style-src"]) == sorted(["'self'", hash_of(""), hash_of("p {}\n")])
    assert found["connect-src"] == ["'self'", "wss://studio.example"]
    for name in ("object-src", "base-uri", "frame-ancestors"):
        assert found[name] == ["'none'"]
    said = policy(tmp_path)
    assert "unsafe-eval" not in said
    assert re.findall(r"[\w-]+ 'unsafe-inline'", said) == ["style-src-attr 'unsafe-inline'"]
    assert "*" not in said


def test_pictures_may_come_from_the_store_that_is_configured_and_nothing_else_may(tmp_path: Path) -> None:
    plain, found = rules(policy(tmp_path)), rules(policy(tmp_path, pictures=["https://s3.example.org"]))
    changed = {name for name in plain if plain[name] != found[name]}
    assert changed == {"img-src", "media-src", "connect-src"}
    assert all(found[name] == [*plain[name], "https://s3.example.org"] for name in changed)


@pytest.fixture
def browser() -> httpx.AsyncClient:
    return browser_with("default-src 'none'")


def browser_with(whole: str) -> httpx.AsyncClient:
    """A browser before a few routes, with this policy for what is not a part of a page."""

    async def answer(request: Request) -> PlainTextResponse:
        own = {"Content-Security-Policy": "sandbox"} if request.url.path == "/own" else {}
        is_script = request.url.path.endswith(".js")
        return PlainTextResponse("", headers=own, media_type="text/javascript" if is_script else None)

    more = {"content-security-policy": whole, **OVER_TLS}
    routes = [Route(path, answer) for path in ("/", "/own", "/js/part.js", "/service-worker.js")]
    app = Starlette(routes=routes, middleware=[Middleware(CareHeaders, more=lambda: more)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://studio.test")


@pytest.mark.parametrize("path", ["/", "/nowhere"])
async def test_asvs_3_4_4_and_3_4_5_and_3_4_6_every_answer_is_guarded(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert "max-age=31536000; includeSubDomains" in headers["strict-transport-security"]  # 3.4.1
    assert headers["content-security-policy"] == "default-src 'none'"  # 3.4.3, 3.4.6 by frame-ancestors
    assert headers["x-content-type-options"] == "nosniff"  # 3.4.4
    assert headers["referrer-policy"] == "same-origin"  # 3.4.5
    assert headers["cross-origin-opener-policy"] == "same-origin"  # 3.4.8
    assert headers["cross-origin-resource-policy"] == "same-origin"  # 3.5.8
    assert "camera=()" in headers["permissions-policy"]


async def test_what_a_route_says_of_itself_stands(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/own")).headers["content-security-policy"] == "sandbox"


async def test_what_a_page_may_ask_of_a_device_is_said_with_pages_and_workers_and_not_with_every_script(
    browser: httpx.AsyncClient,
) -> None:
    part = (await browser.get("/js/part.js")).headers
    assert ("permissions-policy" in part, part["x-content-type-options"]) == (False, "nosniff")
    assert "camera=()" in (await browser.get("/service-worker.js")).headers["permissions-policy"]


async def test_what_a_page_loads_has_a_short_policy_and_a_worker_the_whole_one(browser: httpx.AsyncClient) -> None:
    part = (await browser.get("/js/part.js")).headers["content-security-policy"]
    assert part == "default-src 'none'; frame-ancestors 'none'"
    more = "default-src 'self'"
    async with browser_with(more) as other:
        assert (await other.get("/service-worker.js")).headers["content-security-policy"] == more
        assert (await other.get("/")).headers["content-security-policy"] == more
