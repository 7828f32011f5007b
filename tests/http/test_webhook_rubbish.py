"""Whatever is brought to the webhook's route, thought up by us or by hypothesis, is never an error of ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portrait_app.domain.order import OrderKind
from tests.http.conftest import RUNNING, signed

if TYPE_CHECKING:
    from tests.http.conftest import Door


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half"),
        pytest.param(b"[" * 200_000, id="deep"),
        pytest.param(b"9" * 10_000, id="endless-number"),
        pytest.param(b"null", id="null"),
        pytest.param([RUNNING], id="list"),
        pytest.param({}, id="no-id"),
        pytest.param({"id": 7}, id="number-for-id"),
        pytest.param(b'{"id": 1e999}', id="infinite-id"),
        pytest.param({"id": "a\0b"}, id="nul-in-id"),
        pytest.param({"id": "\ud800"}, id="half-a-pair-in-id"),
        pytest.param({"id": "x" * 10_000}, id="long-id"),
        pytest.param({"id": {"id": "x"}}, id="object-for-id"),
    ],
)
async def test_what_is_no_job_is_refused(door: Door, said: object) -> None:
    assert await door.bring(said) == 400


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"error": "a\0b\ud800", "status": "failed"}, id="error"),
        pytest.param({"error": {"deep": [1]}, "status": "failed"}, id="error-object"),
        pytest.param({"logs": "a\0b\ud800" + "50%|#####     | 1/2" * 99}, id="log"),
        pytest.param({"logs": ["x"]}, id="log-list"),
        pytest.param({"logs": "line\r" * 2_000_000}, id="huge-log"),
        pytest.param({"output": {"version": "a\0b"}, "status": "succeeded"}, id="version-nul"),
        pytest.param({"output": {"version": "no version"}, "status": "succeeded"}, id="version-odd"),
        pytest.param({"output": {"version": "a/b:" + "c" * 1_000_000}, "status": "succeeded"}, id="version-long"),
        pytest.param({"output": None, "status": "succeeded"}, id="output-null"),
        pytest.param({"output": {"a": 1}, "status": "succeeded"}, id="output-object"),
        pytest.param({"output": ["a\0b", "\ud800", "x" * 100_000]}, id="output-odd"),
        pytest.param({"output": [f"https://x/{n}" for n in range(10_000)]}, id="output-many"),
        pytest.param({"status": "a\0b"}, id="status"),
        pytest.param({"status": ["x"]}, id="status-list"),
        pytest.param({"input": {"steps": 10**400}, "logs": "1%| | 1/2 [00:01<00:01]"}, id="steps"),
        pytest.param({"metrics": {"predict_time": -(10**30)}, "status": "failed"}, id="metrics"),
        pytest.param({"created_at": "+1000000-99-99", "started_at": 1e300}, id="moments"),
    ],
)
async def test_a_job_that_says_odd_things_is_heard_all_the_same(door: Door, more: dict[str, Any]) -> None:
    for kind in OrderKind:
        said = {"id": f"odd-{kind}", "status": "processing"} | more
        assert await door.bring(said, to=door.address(kind)) == 200
    async with door.house.desk.for_service(door.owner_id) as work:
        for order_id in (door.portraits, door.training):
            assert (await work.orders.get(order_id)).job_id


ANY_TEXT = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(["job1", "succeeded", "\0", "\ud800"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ANY_TEXT, inner, max_size=5),
    max_leaves=15,
)
KEYS = ["id", "status", "output", "error", "logs", "metrics", "input", "version", "data_removed", "started_at"]
STATUSES = st.sampled_from(["starting", "processing", "succeeded", "failed", "canceled", "aborted"])
ANY_JOB = st.fixed_dictionaries(
    {"id": st.just("job1") | ANY_TEXT}, optional=dict.fromkeys(KEYS[1:], ANY_JSON) | {"status": STATUSES | ANY_JSON}
)
ANY_HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    said=st.binary(max_size=200) | ANY_JSON | ANY_JOB,
    kind=st.sampled_from(list(OrderKind)),
    is_signed=st.booleans(),
    headers=st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "content-type"]), ANY_HEADER
    ),
    query=st.none() | st.binary(max_size=60),
)
async def test_no_rubbish_whatever_is_an_error_of_ours(
    door: Door, said: object, kind: OrderKind, headers: dict[str, str], query: bytes | None, *, is_signed: bool
) -> None:
    if is_signed and query is None:
        status = await door.bring(said, to=door.address(kind), as_id=str(uuid4()))
        assert status in (200, 400, 401)
        return
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    address = httpx.URL(door.address(kind))
    address = address if query is None else address.copy_with(query=quote(query, safe="=&%").encode())
    reply = await door.browser.post(address, content=body, headers=signed(body, "one") | headers)
    assert 400 <= reply.status_code < 500 or headers.keys() <= {"content-type"}
    assert reply.status_code < 500
