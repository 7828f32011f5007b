"""A studio's doors in a test: its routes, its browsers, and whatever it mails."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import httpx
from starlette.applications import Starlette

from portrait_app.http.auth import Doors
from portrait_app.http.links import Letterbox
from portrait_app.services import sessions

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from uuid import UUID

    from starlette.types import ASGIApp

    from portrait_app.services.mails import Postman
    from portrait_app.settings import Settings
    from portrait_app.wiring import Workshop
    from tests.builders import House

OURS = "http://studio.test"
PASSWORD, NEW = "seven green umbrellas", "eleven quiet lanterns"
_LINK = re.compile(r"http\S+(/auth/link/\S+)")


@dataclass
class Mailbox:
    """Takes mails and keeps them; `fails` is raised by the next."""

    mails: list[EmailMessage] = field(default_factory=list)
    fails: Exception | None = None

    async def send(self, mail: EmailMessage) -> None:
        failure, self.fails = self.fails, None
        if failure:
            raise failure
        self.mails.append(mail)

    async def forget(self, address: str) -> None:
        self.mails = [mail for mail in self.mails if mail["To"] != address]

    async def forget_old(self) -> None:
        """Nothing here is a week old."""

    def to(self, address: str) -> list[str]:
        """Subjects of what somebody got."""
        return [mail["Subject"] for mail in self.mails if mail["To"] == address]

    def link(self) -> str:
        """The path of the newest mail's link."""
        found = _LINK.search(self.mails[-1].get_content())
        assert found, self.mails[-1].get_content()
        return found[1]


@dataclass
class Studio:
    """The doors, for browsers of all kinds."""

    house: House
    settings: Settings
    postman: Postman
    mailbox: Mailbox

    def with_settings(self, **changes: Any) -> Studio:
        """The same house with other settings."""
        return replace(self, settings=self.settings.model_copy(update=changes))

    def browser(
        self,
        *,
        at: str = "203.0.113.7",
        token: str = "",
        around: Callable[[ASGIApp], ASGIApp] = lambda app: app,
        **headers: str,
    ) -> httpx.AsyncClient:
        """A browser somewhere on the internet, signed in with a token or not at all."""
        workshop = cast("Workshop", SimpleNamespace(desk=self.house.desk, settings=self.settings))
        app = Starlette(routes=[*Doors(lambda: workshop).routes(), *Letterbox(lambda: workshop).routes()])
        base = self.settings.public_url
        named = {"Origin": base, "Sec-Fetch-Site": "same-origin", **headers}
        cookies = {"session": token} if token else {}
        transport = httpx.ASGITransport(around(app), client=(at, 5000))
        return httpx.AsyncClient(transport=transport, base_url=base, headers=named, cookies=cookies)

    async def deliver(self) -> None:
        """Let the worker send what was put off."""
        waiting, self.house.queue.mails = self.house.queue.mails, []
        for owner_id, mail_id in waiting:
            await self.postman.send(owner_id, mail_id)

    async def who(self, browser: httpx.AsyncClient) -> UUID | None:
        """Whoever is signed in in a browser."""
        name = "__Host-session" if self.settings.is_https else "session"
        someone = await sessions.who(self.house.desk, browser.cookies.get(name) or "")
        return someone.owner_id if someone else None

    async def forgotten(self, email: str = "ada@example.com") -> str:
        """Ask for a new password; return the path of the mail's link."""
        await self.browser().post("/auth/forgot", data={"email": email})
        await self.deliver()
        return self.mailbox.link()

    async def can_enter(self, password: str, email: str = "ada@example.com") -> bool:
        """Whether a password opens the door, from somewhere else."""
        answer = await self.browser(at="192.0.2.1").post("/auth/sign-in", data=typed(email=email, password=password))
        return answer.status_code == 303


def typed(**changes: str) -> dict[str, str]:
    """What Ada types into a form."""
    return {"name": "Ada Lovelace", "email": "ada@example.com", "password": PASSWORD, **changes}
