"""Every route of the darkroom, sent what hypothesis thinks up: no answer is an error of the darkroom's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from portrait_app.darkroom.api.unfit import MAX_DEPTH
from portrait_app.darkroom.server import build_app
from tests.darkroom.running import PATIENCE_S, TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from portrait_app.darkroom.darkroom import Darkroom

WORDS = ["", "-1", "..", "\0", "\ud800", "9" * 30, "9" * 5000, "darkroom", "face-trainer", "é" * 70, "a" * 300]
ANY_TEXT = st.sampled_from(WORDS) | st.text(st.characters(codec=None), max_size=20)
JOB = ["version", "input", "webhook", "webhook_events_filter", "stream", "destination", "seed"]
NAMES = [*JOB, "owner", "name", "visibility", "hardware", "description", "readme", "github_url"]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | ANY_TEXT, inner, max_size=4),
    max_leaves=6,
)
MOMENTS = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2025-01-01", "now"]
QUERIES = {
    "cursor": st.sampled_from(["before.9", f"before.{'9' * 23}", f"after.{'9' * 5000}", "after.-1", "x"]),
    "created_after": st.sampled_from(MOMENTS),
    "created_before": st.sampled_from(MOMENTS),
    "sort_by": st.sampled_from(["model_created_at", "nonsense"]),
    "sort_direction": st.sampled_from(["asc", "up"]),
    "expiry": st.sampled_from(["9" * 12, "9" * 5000, "²"]),
    "signature": ANY_TEXT,
}
HEADERS = {
    "cancel-after": st.sampled_from([f"{'9' * 18}h", "999999999h", f"{'9' * 5000}s", "1h", "-5m"]),
    "prefer": st.sampled_from(["wait=0", f"wait={'9' * 5000}", "wait=x"]),
    "content-type": st.sampled_from(
        [f"multipart/form-data{rest}" for rest in ("", "; boundary=x", "; boundary=x; charset=unicode_escape")]
    ),
    "content-length": st.sampled_from(["nonsense", "²", "9" * 5000]),
    "range": st.sampled_from(["bytes=5-1", f"bytes=0-{'9' * 5000}"]),
}
FORM = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--x--\r\n'
BODIES = st.one_of(
    st.binary(max_size=100),
    ANY_JSON.map(lambda value: json.dumps(value).encode()),
    st.tuples(
        st.sampled_from([b"metadata", b"type", b"content"]), st.sampled_from([b"{", b"\\ud800", b"[[1e999]]"])
    ).map(lambda pair: FORM % pair),
    st.sampled_from([b"[" * 100_000 + b"]" * 100_000, b'{"input":' * 200, b'{"input": 1e999}', b"--x\r\n\r\n"]),
)
REQUESTS = st.fixed_dictionaries(
    {
        "words": st.lists(ANY_TEXT, min_size=3, max_size=3),
        "query": st.fixed_dictionaries({}, optional=QUERIES),
        "headers": st.fixed_dictionaries({}, optional=HEADERS),
        "body": BODIES,
        "is_known": st.integers(0, 9).map(bool),
    }
)


@pytest.fixture
async def anybody_inside(inside: Darkroom) -> AsyncGenerator[tuple[httpx.AsyncClient, list[Route]]]:
    """A client of the darkroom inside, which raises what no route answers for, and all the routes."""
    app = build_app(inside)
    routes = [route for route in app.routes if isinstance(route, Route)]
    over = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=over, base_url="http://inside", timeout=PATIENCE_S) as client:
        yield client, routes


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=REQUESTS)
async def test_no_request_whatever_is_an_error_of_the_darkroom(
    anybody_inside: tuple[httpx.AsyncClient, list[Route]], sent: dict[str, Any]
) -> None:
    client, routes = anybody_inside
    token = {"authorization": f"Bearer {TOKEN if sent['is_known'] else 'another'}"}
    for route in routes:
        address = f"{_filled(route.path, sent['words'])}?{urlencode(sent['query'], errors='replace')}"
        for method in (route.methods or set()) - {"HEAD"}:
            headers = token | {name: value.encode() for name, value in sent["headers"].items()}
            answer = await client.request(method, address, content=sent["body"], headers=headers)
            assert answer.status_code < 500, (method, address)


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("GET", f"predictions?cursor=before.{'9' * 23}", {}, 422),
        ("GET", "trainings?created_after=0001-01-01T00:00:00%2B14:00", {}, 422),
        ("GET", "predictions?created_before=9999-12-31T23:59:59-14:00", {}, 422),
        ("POST", "predictions", {"content": b"[" * 100_000 + b"]" * 100_000}, 400),
        ("POST", "predictions", {"content": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)}, 400),
        ("POST", "predictions", {"content": b'{"version": "a/b", "input": {"seed": 1e999}}'}, 400),
        ("POST", "predictions", {"content": b'{"version": "a/b", "input": {"seed": NaN}}'}, 400),
        ("POST", "predictions", {"content": b'{"version": "a/b", "input": {"prompt": "\\ud800"}}'}, 422),
        ("POST", "files", {"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400),
    ],
)
async def test_what_cannot_be_meant_is_refused_in_replicates_shape(
    http: httpx.AsyncClient, method: str, path: str, given: dict[str, Any], status: int
) -> None:
    answer = await http.request(method, path, **given)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def _filled(path: str, words: list[str]) -> str:
    """Put odd words in place of a route's parameters; the darkroom's own trainer where there is a place for it."""
    for name, word in zip(("{id}", "{version}", "{folder}"), words, strict=True):
        path = path.replace(name, quote(word.encode("utf-8", "replace"), safe="") or "x")
    owner, name = quote(words[0].encode("utf-8", "replace"), safe="") or "darkroom", "face-trainer"
    return path.replace("{owner}", owner).replace("{name}", name)
