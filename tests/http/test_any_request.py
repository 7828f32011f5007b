"""Every HTTP route of the house, sent what hypothesis thinks up: no answer is an error of ours, and nothing changes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from portrait_app.adapters.queue import jobs_app
from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.portrait_app import own_routes
from portrait_app.settings import Settings
from portrait_app.web import house as web_house
from portrait_app.wiring import Workshop
from tests.builders import PASSWORD
from tools import newcomers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from portrait_app.database.address import Address
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House

OURS = "http://localhost:3000"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PROVIDER = {"OIDC_ISSUER": "http://127.0.0.1:9", "OIDC_CLIENT_ID": "studio", "OIDC_CLIENT_SECRET": "a secret"}
ROUTES = {route.path: sorted((route.methods or set()) - {"HEAD"}) for route in own_routes()}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]

WORDS = [
    "",
    "0",
    "-1",
    "null",
    "..",
    "../../etc/passwd",
    "%00",
    "\0",
    "\ud800",
    "9" * 400,
    "<script>",
    "' OR 1=1 --",
    "é" * 70,
]
ANY_TEXT = st.sampled_from(WORDS) | st.text(st.characters(codec=None), max_size=40)
FIELDS = [
    "name",
    "email",
    "password",
    "current",
    "new",
    "next",
    "invite",
    "id",
    "response",
    "type",
    "code",
    "state",
    "iss",
    "error",
    "expires",
    "signature",
    "method",
    "order",
    "kind",
    "look",
]
ANY_FORM = st.dictionaries(st.sampled_from(FIELDS) | ANY_TEXT, ANY_TEXT, max_size=5)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | ANY_TEXT, inner, max_size=4),
    max_leaves=8,
)
ANY_BODY = st.one_of(
    st.just(b""),
    st.binary(max_size=300),
    ANY_JSON.map(lambda value: json.dumps(value).encode()),
    ANY_FORM.map(lambda form: urlencode(form, errors="replace").encode()),
)
HEADERS = [
    "content-type",
    "range",
    "if-none-match",
    "accept",
    "user-agent",
    "x-forwarded-for",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "expect",
    "content-encoding",
    "sec-fetch-site",
    "host",
]
ANY_HEADER = st.binary(max_size=40).map(lambda raw: bytes(each % 94 + 33 for each in raw))
REQUESTS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(METHODS),
        "words": st.lists(ANY_TEXT, min_size=3, max_size=3),
        "query": st.binary(max_size=60) | ANY_FORM.map(lambda form: urlencode(form, errors="replace").encode()),
        "headers": st.dictionaries(st.sampled_from(HEADERS), ANY_HEADER),
        "body": ANY_BODY,
        "is_signed_in": st.booleans(),
    }
)


@pytest.fixture
async def ada(house: House) -> SignedIn:
    who = await newcomers.signs_up(house.desk, name="Ada", email="ada@example.com", password=PASSWORD, device="test")
    await house.agree(who.owner_id)
    return who


@pytest.fixture
async def browser(house: House, address: Address, tmp_path: Path, ada: SignedIn) -> AsyncGenerator[httpx.AsyncClient]:
    """All doors of a furnished house; an error that no route answers for is raised here."""
    read = Settings.model_validate({"PORTRAIT_DATA_DIR": tmp_path, "REPLICATE_API_TOKEN": "t", **PROVIDER})
    gateway = Gateway(base_url="http://127.0.0.1:9/v1", token="t", webhook_secret=SECRET)
    jobs = jobs_app(address)
    async with jobs.open_async():
        web_house.move_in(Workshop(read, address, house.desk, gateway, jobs))
        transport = httpx.ASGITransport(Starlette(routes=own_routes()), raise_app_exceptions=True)
        headers = {"Origin": OURS, "Cookie": f"session={ada.token}"}
        async with httpx.AsyncClient(transport=transport, base_url=OURS, headers=headers) as client:
            yield client
    await gateway.close()


def test_the_routes_are_found() -> None:
    assert all(isinstance(route, Route) for route in own_routes())
    assert {"/api/webhook", "/api/selfies", "/auth/sign-in", "/media/{key:path}"} <= ROUTES.keys()
    assert [path for path in ROUTES if "{" in _filled(path, ["odd"] * 3)] == []


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=REQUESTS)
@pytest.mark.parametrize("path", ROUTES)
async def test_no_request_whatever_is_an_error_of_ours(
    browser: httpx.AsyncClient, path: str, sent: dict[str, Any]
) -> None:
    cookie = {} if sent["is_signed_in"] else {"Cookie": "session=made-up; session=\x01;;="}
    for method in {*ROUTES[path], sent["method"]}:
        address = _filled(path, sent["words"])
        request = browser.build_request(method, address, content=sent["body"], headers={**cookie, **sent["headers"]})
        request.url = request.url.copy_with(query=quote(sent["query"], safe="=&%+").encode())
        answer = await browser.send(request)
        assert answer.status_code < 500 or path == "/api/health"  # which says by 503 that the engine is away
        assert "Traceback" not in answer.text


def _filled(path: str, words: list[str]) -> str:
    """Put odd words in place of a route's parameters, whatever they are called."""
    odd = iter(words)
    return re.sub(r"\{[^}]*\}", lambda _: quote(next(odd).encode("utf-8", "replace"), safe="") or "x", path)
