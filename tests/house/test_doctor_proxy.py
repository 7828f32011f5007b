"""What the doctor says of a proxy in front: asked of the studio's own server, behind proxies of each kind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from portrait_app.doctor import proxy
from portrait_app.house import listening
from portrait_app.http.health import health_routes
from portrait_app.settings import Settings

if TYPE_CHECKING:
    from portrait_app.wiring import Workshop

STUDIO = Settings.model_validate({"APP_URL": "https://studio.example"})
AT_HOME = Settings.model_validate({"APP_URL": "http://127.0.0.2:3000"})


class Parts:
    """All is well."""

    async def health(self) -> dict[str, bool]:
        return {"engine": True}


class Proxied(httpx.BaseTransport):
    """A proxy at an address, which says what it says; behind it the server that `run` starts, as uvicorn wraps it."""

    def __init__(self, at: str, **says: str) -> None:
        app = Starlette(routes=health_routes(lambda: cast("Workshop", Parts())))
        wrapped: Any = ProxyHeadersMiddleware(cast("Any", app), trusted_hosts="127.0.0.1")
        self._inner = httpx.ASGITransport(wrapped, client=(at, 5000))
        self._says = says

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._inner) as server:
                return await server.get(str(request.url), headers=self._says)

        answer = asyncio.run(ask())
        return httpx.Response(answer.status_code, content=answer.content)


@pytest.mark.parametrize(
    ("behind", "said", "step"),
    [
        (Proxied("127.0.0.1"), "by account alone", "X-Forwarded-For"),
        (Proxied("127.0.0.1", **{"X-Forwarded-For": "203.0.113.7"}), "by network too", ""),
        (Proxied("127.0.0.1", **{"X-Forwarded-For": "10.9.9.9, 203.0.113.7"}), "by network too", ""),
        (Proxied("10.0.0.2", **{"X-Forwarded-For": "203.0.113.7"}), "limited as one", "FORWARDED_ALLOW_IPS"),
        (Proxied("203.0.113.7"), "by network too", ""),
    ],
    ids=["names-nobody", "names-who-asks", "is-lied-to", "is-not-believed", "is-none"],
)
def test_a_proxy_that_does_not_say_who_asks_is_found(behind: Proxied, said: str, step: str) -> None:
    (finding,) = proxy.look(STUDIO, behind)
    assert said in finding.said
    assert step in finding.next_step
    assert bool(step) == bool(finding.next_step)


def test_whatever_else_answers_there_is_said() -> None:
    def answers(content: bytes) -> httpx.MockTransport:
        return httpx.MockTransport(lambda _: httpx.Response(200, content=content))

    for content in (b"<h1>It works</h1>", b"{}", b"[]", b'{"asked_by": "somebody"}'):
        (finding,) = proxy.look(STUDIO, answers(content))
        assert "another program" in finding.said

    def refuses(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    (finding,) = proxy.look(STUDIO, httpx.MockTransport(refuses))
    assert "https://studio.example can't be reached from here: ConnectError" in finding.said
    assert "APP_URL" in finding.next_step  # nobody gets in: that is not well

    (finding,) = proxy.look(AT_HOME, httpx.MockTransport(refuses))
    assert finding.subject == "Address"
    assert finding.next_step == "PORTRAIT_HOST=0.0.0.0 lets others in; now it listens at localhost alone"


def test_a_machines_own_address_in_its_network_is_no_proxy() -> None:
    assert proxy.look(AT_HOME, Proxied("127.0.0.2")) == []
    elsewhere = AT_HOME.model_copy(update={"port": 3001})  # what answers at 3000 leads on to it
    assert [finding.subject for finding in proxy.look(elsewhere, Proxied("127.0.0.2"))] == ["Proxy"]


def test_without_a_proxy_nothing_is_asked() -> None:
    assert proxy.look(Settings.model_validate({}), httpx.MockTransport(lambda _: httpx.Response(500))) == []
    at_rest = STUDIO.model_copy(update={"port": listening.free_port()})
    assert proxy.look(at_rest) == []
