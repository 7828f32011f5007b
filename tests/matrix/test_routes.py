"""Every HTTP route x every method x nobody, Bob with all that is Ada's, and Bob lured here by another site.

The routes are read off the app itself, Reflex's own included. A new one fails here until `KNOWN` says what it is for.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from portrait_app.portrait_app import app
from portrait_app.services import thumbnails
from portrait_app.services.cookie import cookie_name
from tests.matrix.house import OURS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from tests.matrix.conftest import Matrix
    from tests.matrix.filled import Person
    from tests.matrix.house import MatrixHouse

OWN_PAGE = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
ELSEWHERE = (
    {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Origin": f"{OURS}:8080", "Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site"},
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WHO = ("nobody", "bob")
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Known:
    """What a route may be asked, and what nobody and Bob get who ask it plainly: the status by method."""

    nobody: dict[str, int]
    bob: dict[str, int]
    why: str
    asks_for_own_page: bool = True
    writes_to_her: tuple[str, ...] = ()


def form(nobody: tuple[int, int], bob: tuple[int, int], *, why: str, writes_to_her: tuple[str, ...] = ()) -> Known:
    methods = ("GET", "POST")
    return Known(
        dict(zip(methods, nobody, strict=True)), dict(zip(methods, bob, strict=True)), why, writes_to_her=writes_to_her
    )


def sent(nobody: int, bob: int, *, why: str, asks_for_own_page: bool = True) -> Known:
    return Known({"POST": nobody}, {"POST": bob}, why, asks_for_own_page)


def shown(nobody: int, bob: int, *, why: str) -> Known:
    return Known({"GET": nobody}, {"GET": bob}, why)


KNOWN = {
    "/auth/sign-up": form((403, 422), (403, 422), why="an account, by invitation here"),
    "/auth/sign-in": form((200, 422), (303, 422), why="a session"),
    "/auth/sign-out": sent(303, 303, why="the end of one's own session"),
    "/auth/strength": sent(200, 200, why="judges what was typed"),
    "/auth/passkeys/sign-in/begin": sent(200, 200, why="a challenge"),
    "/auth/passkeys/sign-in": sent(400, 400, why="a session, by a signature"),
    "/auth/passkeys/second": sent(400, 400, why="a session, by a signature after a password"),
    "/auth/passkeys/add/begin": sent(401, 200, why="a challenge for one's own account"),
    "/auth/passkeys/add": sent(400, 400, why="a passkey of one's own"),
    "/auth/with/{provider}": shown(303, 303, why="the way to a provider"),
    "/auth/with/{provider}/callback": shown(303, 303, why="the way back"),
    "/auth/forgot": form((200, 422), (200, 422), why="a mail to an address", writes_to_her=("mails",)),
    "/auth/link/{token}": form((410, 410), (410, 410), why="what a mail's link is for"),
    "/mails/stop/{token}": Known(
        {"GET": 410, "POST": 410}, {"GET": 410, "POST": 410}, "an end to news by mail, by a signed link", False
    ),
    "/auth/password": form((303, 303), (200, 422), why="one's own password"),
    "/auth/second": form((303, 303), (303, 303), why="a recovery code after a password"),
    "/auth/first-passkey": shown(303, 303, why="one's own first passkey, where the studio asks for one"),
    "/auth/two-steps": form((303, 303), (200, 422), why="whether one asks for two steps oneself"),
    "/auth/address": form((303, 303), (200, 422), why="one's own address"),
    "/api/selfies": sent(401, 400, why="a photo into one's own draft"),
    "/api/webhook": sent(401, 401, why="news that the engine signed", asks_for_own_page=False),
    "/api/health": shown(503, 503, why="whether the parts answer, and nothing of anybody"),
    "/api/trash/{id}": shown(401, 404, why="a portrait in one's own Trash"),
    "/export/download": shown(303, 303, why="a link to one's own export"),
    "/media/{key:path}": shown(403, 403, why="an object, by its link: see test_objects"),
    # Reflex's own.
    "/ping": shown(200, 200, why="whether the process lives"),
    "/_health": shown(200, 200, why="whether the process lives"),
    "/_event": Known({}, {}, "the websocket: see test_handlers and test_live"),
}


HTTP = [path for path in KNOWN if path != "/_event"]


def routes() -> list[Route | Mount]:
    """Everything that the app answers, as it puts them together when it is served."""
    beside, reflex_own = app.api_transformer, app._api
    assert isinstance(beside, Starlette)
    assert reflex_own is not None
    return [*beside.routes, *reflex_own.routes]  # type: ignore[list-item] -- routes and mounts are all there are


@pytest_asyncio.fixture(loop_scope="module")
async def served(matrix_house: MatrixHouse, request: pytest.FixtureRequest) -> AsyncGenerator[Starlette]:
    """The app without its pages and sockets; the queue is open where it is asked about."""
    asks_for_jobs = request.node.callspec.params["path"] == "/api/health"
    async with matrix_house.workshop.jobs.open_async() if asks_for_jobs else nullcontext():
        yield Starlette(routes=[route for route in routes() if isinstance(route, Route)])


def browser(served: Starlette, matrix: Matrix, who: str, **headers: str) -> httpx.AsyncClient:
    cookies = {cookie_name(is_https=False): matrix.bob.token} if who == "bob" else {}
    transport = httpx.ASGITransport(served, client=("203.0.113.9", 5000))
    return httpx.AsyncClient(transport=transport, base_url=OURS, headers=headers or OWN_PAGE, cookies=cookies)


async def test_the_matrix_knows_every_route_and_its_methods(matrix: Matrix) -> None:
    found = {route.path: sorted((getattr(route, "methods", None) or set()) - {"HEAD"}) for route in routes()}
    known = {path: sorted(route.nobody) for path, route in KNOWN.items()}
    assert found == known, "a route was added or changed: say in tests/matrix/test_routes.py what it gives to whom"
    matrix.counts["routes"] = len(found)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("path", HTTP)
async def test_a_route_gives_what_it_is_for_and_takes_no_other_method(
    matrix: Matrix, served: Starlette, path: str, who: str
) -> None:
    known = KNOWN[path].bob if who == "bob" else KNOWN[path].nobody
    matrix.forget_tries()
    plain = path.replace("{key:path}", matrix.bob.keys[0]).replace("{provider}", "github").replace("{token}", "x")
    async with browser(served, matrix, who) as asking:
        for method in METHODS:
            answer = await asking.request(method, plain)
            expected = known.get("GET" if method == "HEAD" else method, 405)
            assert answer.status_code == expected, f"{method} {plain}: {answer.text[:300]}"
    matrix.counts.update({"cells": len(METHODS), "cells: routes": len(METHODS)})


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("path", HTTP)
async def test_asvs_8_4_1_no_route_shows_or_changes_anything_of_ada(
    matrix: Matrix, served: Starlette, path: str, who: str
) -> None:
    before = matrix.prints(matrix.ada, but=KNOWN[path].writes_to_her)
    cells = 0
    async with browser(served, matrix, who) as asking:
        for method in KNOWN[path].nobody:
            for hers in _hers(matrix.ada, every=method == "GET"):
                for address, body in _asked(path, method, hers):
                    matrix.forget_tries()
                    answer = await asking.request(method, address, **body)
                    said = f"{answer.headers} {answer.text}"
                    assert answer.status_code < 500 or path == "/api/health", f"{method} {address}: {said}"
                    assert _crossed(matrix.ada, said, hers) == [], f"{method} {address} {body}"
                    cells += 1
    assert matrix.prints(matrix.ada, but=KNOWN[path].writes_to_her) == before
    matrix.counts.update({"cells": cells, "cells: routes": cells})


@pytest.mark.parametrize("path", [path for path in HTTP if KNOWN[path].asks_for_own_page])
async def test_another_site_changes_nothing_in_bobs_name(matrix: Matrix, served: Starlette, path: str) -> None:
    before = matrix.prints_of_all()
    plain = path.replace("{token}", matrix.bob.link)
    for headers in ELSEWHERE:
        async with browser(served, matrix, "bob", **headers) as lured:
            for method in set(KNOWN[path].nobody) - {"GET"}:
                for _, body in _asked(path, method, matrix.bob.word):
                    matrix.forget_tries()
                    answer = await lured.request(method, plain, **body)
                    assert 400 <= answer.status_code < 500, f"{headers}: {method} {plain}: {answer.status_code}"
                    matrix.counts.update({"cells": 1, "cells: routes": 1})
    assert matrix.prints_of_all() == before


@pytest.mark.parametrize("path", ["/media/{key:path}"])
async def test_a_link_asks_its_row_in_the_app_as_it_is_served(
    matrix: Matrix, matrix_house: MatrixHouse, served: Starlette, path: str
) -> None:
    async with matrix_house.workshop.desk.for_person(matrix.bob.id) as work:
        links = await work.links()
    kept = [asset for asset in matrix.bob.of("assets") if asset.key]
    assert {asset.deleted_at is None for asset in kept} == {True, False}
    async with browser(served, matrix, "nobody") as holder:
        for asset in kept:
            for key in thumbnails.keys(asset.key):
                answer = await holder.get(links.to(key))
                assert answer.status_code == (200 if asset.deleted_at is None else 404), f"{path}: {key}"


def _hers(ada: Person, *, every: bool) -> list[str]:
    """One id of each kind, a key, her address and her word."""
    tables = dict.fromkeys(row.__tablename__ for row in ada.rows) if every else ("accounts", "trainings", "orders")
    ids = [str(getattr(ada.of(table)[0], "id", ada.id)) for table in tables]
    return list(dict.fromkeys([*ids, ada.keys[0], f"{ada.word}@example.com"]))


def _asked(path: str, method: str, hers: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The route with hers in its path, its query, a form and a JSON body."""
    filled = path.replace("{key:path}", hers).replace("{provider}", hers).replace("{token}", hers).replace("{id}", hers)
    query = {"name": hers, "next": f"/{hers}", "invite": hers, "order": hers, "kind": "training", "state": hers}
    address = f"{filled}?{urlencode(query)}"
    if method == "GET":
        yield address, {}
        return
    fields = ("name", "email", "password", "current", "new", "token", "invite", "id", "owner_id", "rawId", "response")
    body = dict.fromkeys(fields, hers)
    yield address, {"data": body}
    yield address, {"json": body}


def _crossed(person: Person, said: str, sent: str) -> list[str]:
    return [secret for secret in person.secrets() if secret in said and secret not in sent]
