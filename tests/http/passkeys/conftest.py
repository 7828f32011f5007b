"""A browser at the doors with what the pages' scripts do, and whoever is signed in there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from portrait_app.domain.account import Account
from portrait_app.domain.clock import now
from portrait_app.services import sessions
from portrait_app.services.cookie import COOKIE
from portrait_app.settings import Settings
from tests.builders import PASSWORD, rewrite
from tests.http.doors import app_of
from tools import newcomers

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from portrait_app.domain.passkey import Passkey
    from portrait_app.services.sessions import Someone
    from tests.authenticator import Authenticator
    from tests.builders import House as TestHouse
OURS = "http://localhost:3000"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X)"


class Browser:
    """A browser at the doors, with what its pages' scripts do."""

    def __init__(self, house: TestHouse, folder: Path, **settings: Any) -> None:
        read = Settings.model_validate({"PORTRAIT_DATA_DIR": folder, "PORT": 3000, **settings})
        self.house = house
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app_of(house.desk, read), client=("203.0.113.7", 5000)),
            base_url=OURS,
            headers={"Origin": OURS, "User-Agent": PHONE},
        )

    async def signs_up(self, name: str) -> UUID:
        form = {"name": name, "email": f"{name.lower()}@example.com", "password": PASSWORD}
        if (await self.client.post("/auth/sign-up", data=form)).status_code != 303:  # they aren't the first
            assert newcomers.let_in(self.house.desk.database.address, form["email"])
            assert (await self.client.post("/auth/sign-in", data=form)).status_code == 303
        return (await self.someone()).owner_id

    async def someone(self) -> Someone:
        found = await sessions.who(self.house.desk, self.client.cookies.get(COOKIE) or "")
        assert found is not None
        return found

    async def types(self, path: str, **form: str) -> httpx.Response:
        """Post a plain form."""
        return await self.client.post(path, data=form)

    async def presses(self, what: str) -> httpx.Response:
        """Press a button of the page of the two steps, as it stands there now."""
        page = (await self.client.get("/auth/two-steps")).text
        known = re.search(r'name="instead_of" value="([^"]*)"', page)
        assert known, page
        return await self.types("/auth/two-steps", do=what, instead_of=known[1])

    async def enters(self, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Sign in by the form."""
        return await self.types("/auth/sign-in", email=f"{name.lower()}@example.com", password=password, **more)

    async def is_in(self) -> bool:
        return await sessions.who(self.house.desk, self.client.cookies.get(COOKIE) or "") is not None

    async def takes_second(self, device: Authenticator) -> httpx.Response:
        options = (await self.asks("sign-in/begin")).json()
        return await self.asks("second", device.sign(options))

    async def asks_for_two_steps(self, name: str, device: Authenticator) -> list[str]:
        """Sign up, confirm the address, add a passkey, sign in with it, and ask for two steps; the recovery codes."""
        owner_id = await self.signs_up(name)
        await self.adds(device)
        await rewrite(self.house, Account, owner_id, verified_at=now())
        await self.opens(device)
        return codes_in(await self.types("/auth/two-steps", do="on"))

    async def asks(self, path: str, sent: Any = None) -> httpx.Response:
        return await self.client.post(f"/auth/passkeys/{path}", json=sent or {})

    async def adds(self, device: Authenticator) -> httpx.Response:
        options = (await self.asks("add/begin")).json()
        return await self.asks("add", device.make(options))

    async def opens(self, device: Authenticator) -> httpx.Response:
        options = (await self.asks("sign-in/begin")).json()
        return await self.asks("sign-in", device.sign(options))

    async def keys(self) -> list[Passkey]:
        async with self.house.desk.for_person((await self.someone()).owner_id) as work:
            return list(await work.passkeys.all())


def codes_in(page: httpx.Response) -> list[str]:
    assert page.status_code == 200, page.text
    return re.findall(r"<code>([^<]+)</code>", page.text)


@pytest.fixture
def ada(house: TestHouse, tmp_path: Path) -> Browser:
    return Browser(house, tmp_path)


@pytest.fixture
def somebody(house: TestHouse, tmp_path: Path) -> Browser:
    """Another browser; nobody is signed in there."""
    return Browser(house, tmp_path)
