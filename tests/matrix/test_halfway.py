"""Bob, halfway in: his session was opened by a password alone, and the studio asks everybody for two steps.

Every event and every route treats him as nobody, but for the page where he adds a passkey and the way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Route

from tests.matrix.browser import Tab, handlers
from tests.matrix.events import KNOWN as EVENTS
from tests.matrix.events import SETVARS, ask_as_a_page_does, payloads
from tests.matrix.test_routes import HTTP, METHODS, browser, routes
from tests.matrix.test_routes import KNOWN as ROUTES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.matrix.conftest import Matrix
    from tests.matrix.house import MatrixHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHERWISE = {"/auth/sign-in": {"GET": 303}, "/auth/passkeys/add/begin": {"POST": 401}}
"""Where he is told something else than nobody: he has a passkey, which is asked for; so he may not add another."""


@pytest_asyncio.fixture(loop_scope="module")
async def asking_everybody(
    matrix: Matrix, matrix_house: MatrixHouse, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[MatrixHouse]:
    monkeypatch.setattr(matrix_house.workshop.desk, "asks_two_steps", True)
    matrix.forget_tries()
    yield matrix_house


@pytest.mark.parametrize("name", sorted(handlers()))
async def test_asvs_6_3_3_no_event_does_anything_for_who_took_one_step_of_two(
    matrix: Matrix, asking_everybody: MatrixHouse, name: str
) -> None:
    before = matrix.prints_of_all()
    tab = Tab(matrix.bob.token)
    named = [*matrix.bob.ids(), f"{matrix.bob.word}@example.com"] if EVENTS.get(name) else [matrix.bob.ids()[0]]
    asked = [payload for his in named for payload in payloads(name, his, in_all_shapes=False)]
    told = await tab.send(name, asked, "/you")
    if name not in SETVARS:  # and as a page sends it, or else it may be refused for what it says
        told += await ask_as_a_page_does(await Tab(matrix.bob.token).open(), name, named[1] if named[1:] else named[0])
    sent = " ".join(named)
    assert [secret for secret in matrix.bob.secrets() if secret in told and secret not in sent] == []
    assert matrix.prints_of_all() == before
    assert asking_everybody.queue.take() == []
    matrix.counts.update({"cells": len(asked) + 1, "cells: handlers": len(asked) + 1})


@pytest.mark.parametrize("path", [path for path in HTTP if path != "/api/health"])
async def test_asvs_6_3_3_a_route_treats_who_took_one_step_of_two_as_nobody(
    matrix: Matrix, asking_everybody: MatrixHouse, path: str
) -> None:
    served = Starlette(routes=[route for route in routes() if isinstance(route, Route)])
    plain = path.replace("{key:path}", matrix.bob.keys[0]).replace("{provider}", "github")
    plain = plain.replace("{token}", "x").replace("{id}", matrix.bob.ids()[0])
    known = ROUTES[path].nobody | OTHERWISE.get(path, {})
    async with browser(served, matrix, "bob") as halfway:
        for method in METHODS:
            answer = await halfway.request(method, plain)
            assert answer.status_code == known.get("GET" if method == "HEAD" else method, 405), method
            said = f"{answer.headers} {answer.text}"
            assert [secret for secret in matrix.bob.secrets() if secret in said and secret not in plain] == []
    matrix.counts.update({"cells": len(METHODS), "cells: routes": len(METHODS)})


async def test_who_took_both_steps_is_let_in(matrix: Matrix, asking_everybody: MatrixHouse) -> None:
    matrix.admin.execute("UPDATE app.sessions SET took_two_steps = true WHERE owner_id = %s", [matrix.bob.id])
    told = await Tab(matrix.bob.token).send("YouState.enter", [{}])
    assert matrix.bob.word in told
