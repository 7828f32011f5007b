"""Where a page's script brings what the browser's authenticators say: JSON in, JSON out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import structlog
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portrait_app.adapters.passkeys import House, NoPasskeysHere, PasskeyRefused
from portrait_app.errors import PortraitError, SignedOut
from portrait_app.http import browsers, forms
from portrait_app.http.cookies import FromElsewhere, halfway_in, require_own_page, token_of
from portrait_app.services import limits, passkeys, sessions, steps
from portrait_app.services.errands import TooLate
from portrait_app.services.fresh import NotFresh, OnlyVouchedFor
from portrait_app.services.limits import TooManyTries
from portrait_app.services.passkeys import TooManyPasskeys, Visitor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from portrait_app.wiring import Workshop

log = structlog.get_logger()

MAX_BYTES = 64 * 1024
STATUS: dict[type[PortraitError], int] = {
    PasskeyRefused: 400,
    SignedOut: 401,
    FromElsewhere: 403,
    NotFresh: 403,
    OnlyVouchedFor: 403,
    NoPasskeysHere: 409,
    TooManyPasskeys: 409,
    TooLate: 410,
    TooManyTries: 429,
}


class PasskeyDoors:
    """The routes; each answers 200 with JSON, or what happened and what to do next: `{"headline", "hint", "why"}`."""

    def __init__(self, workshop_of: Callable[[], Workshop]) -> None:
        self._workshop_of = workshop_of

    def routes(self) -> list[Route]:
        """Return the routes, to be mounted beside the app."""
        return [
            Route(f"/auth/passkeys/{path}", self._answering(act), methods=["POST"], name=f"passkeys.{path}")
            for path, act in {
                "sign-in/begin": self._begin_sign_in,
                "sign-in": self._sign_in,
                "second": self._second,
                "add/begin": self._begin_adding,
                "add": self._add,
            }.items()
        ]

    def _answering(self, act: Callable[[Request, House], Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            workshop = self._workshop_of()
            try:
                require_own_page(request, workshop.settings)
                await limits.take_from(workshop.desk, limits.PASSKEY_OF_NETWORK, forms.network(request))
                return await act(request, House.at(workshop.settings.public_url))
            except tuple(STATUS) as error:
                why = type(error).__name__
                log.info("passkey.refused", why=why, detail=str(error)[:200])
                said = {"headline": error.headline, "hint": error.hint, "why": why}
                return JSONResponse(said, STATUS[type(error)], headers=forms.NEVER_KEPT)

        return answer

    async def _begin_sign_in(self, request: Request, house: House) -> Response:
        visitor = self._visitor(request)
        options = await passkeys.begin_sign_in(self._workshop_of().desk, house, visitor)
        return self._question(request, visitor, options)

    async def _sign_in(self, request: Request, house: House) -> Response:
        workshop, sent = self._workshop_of(), await _sent(request)
        signed = await passkeys.sign_in(workshop.desk, house, self._visitor(request), sent)
        await sessions.end_former(workshop.desk, token_of(request, workshop.settings))
        answer = JSONResponse({"next": forms.local(request.query_params.get("next", ""))}, headers=forms.NEVER_KEPT)
        return await forms.let_in(request, answer, workshop, signed)

    async def _second(self, request: Request, house: House) -> Response:
        """Take the second of two steps; its question is the one that any sign-in begins with."""
        workshop, sent = self._workshop_of(), await _sent(request)
        word = browsers.step_of(request, workshop.settings)
        signed, following = await steps.by_passkey(workshop.desk, house, self._visitor(request), word, sent)
        await sessions.end_former(workshop.desk, token_of(request, workshop.settings))
        answer = JSONResponse({"next": following}, headers=forms.NEVER_KEPT)
        browsers.mark_step(answer, request, workshop.settings, "")
        return await forms.let_in(request, answer, workshop, signed)

    async def _begin_adding(self, request: Request, house: House) -> Response:
        workshop, visitor = self._workshop_of(), self._visitor(request)
        options = await passkeys.begin_adding(workshop.desk, house, visitor, await halfway_in(request, workshop))
        return self._question(request, visitor, options)

    async def _add(self, request: Request, house: House) -> Response:
        workshop, sent = self._workshop_of(), await _sent(request)
        someone = await halfway_in(request, workshop)
        made, signed = await passkeys.add(workshop.desk, house, self._visitor(request), someone, sent)
        said = {"id": str(made.id), "name": made.name}
        if signed is None:
            return JSONResponse(said)
        await sessions.end_former(workshop.desk, token_of(request, workshop.settings))
        return await forms.let_in(request, JSONResponse(said), workshop, signed)

    def _visitor(self, request: Request) -> Visitor:
        token = browsers.token_of(request, self._workshop_of().settings) or browsers.new_token()
        return Visitor(token, request.headers.get("user-agent", ""))

    def _question(self, request: Request, visitor: Visitor, options: dict[str, Any]) -> Response:
        answer = JSONResponse(options, headers=forms.NEVER_KEPT)
        browsers.mark(answer, request, self._workshop_of().settings, visitor.browser)
        return answer


async def _sent(request: Request) -> dict[str, Any]:
    """Read a small JSON object.

    Raises:
        PasskeyRefused: it is none, or larger than any passkey's answer.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise PasskeyRefused("too large")
    try:
        sent: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise PasskeyRefused("no JSON") from None
    if not isinstance(sent, dict):
        raise PasskeyRefused("no object")
    return cast("dict[str, Any]", sent)
