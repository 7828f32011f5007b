"""Signing up, in and out by plain forms, which work before any script has loaded and without any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from portrait_app.http.cookies import FromElsewhere, require_own_page
from portrait_app.http.local import local_path
from portrait_app.http.oidc import offered, trouble_in
from portrait_app.services import accounts
from portrait_app.services.accounts import SESSION_LIFETIME, SignedIn, WrongInput
from portrait_app.services.cookie import COOKIE, token_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from portrait_app.services.work import Desk
    from portrait_app.wiring import Workshop

templates = Jinja2Templates(Path(__file__).parent / "templates")

FORM_MAX_BYTES = 16 * 1024


class Doors:
    """The sign-in and sign-up pages, and the way out."""

    def __init__(self, workshop_of: Callable[[], Workshop]) -> None:
        self._workshop_of = workshop_of

    def routes(self) -> list[Route]:
        """Return the routes, to be mounted beside the app."""
        return [
            Route("/auth/sign-up", self.sign_up, methods=["GET", "POST"]),
            Route("/auth/sign-in", self.sign_in, methods=["GET", "POST"]),
            Route("/auth/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def sign_up(self, request: Request) -> Response:
        """Show the form, or make an account and sign in."""

        async def make(form: Mapping[str, str], device: str) -> SignedIn:
            name, email, password = form.get("name", ""), form.get("email", ""), form.get("password", "")
            return await accounts.sign_up(self._desk, name=name, email=email, password=password, device=device)

        return await self._form(request, "sign_up.html", make)

    async def sign_in(self, request: Request) -> Response:
        """Show the form, or sign in."""

        async def enter(form: Mapping[str, str], device: str) -> SignedIn:
            email, password = form.get("email", ""), form.get("password", "")
            return await accounts.sign_in(self._desk, email=email, password=password, device=device)

        return await self._form(request, "sign_in.html", enter)

    async def sign_out(self, request: Request) -> Response:
        """End the session and go to the public page."""
        try:
            require_own_page(request, self._workshop_of().settings)
        except FromElsewhere as error:
            return Response(error.hint, 403)
        await accounts.sign_out(self._desk, token_in(request.headers.get("cookie", "")))
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    async def _form(
        self, request: Request, template: str, submit: Callable[[Mapping[str, str], str], Awaitable[SignedIn]]
    ) -> Response:
        if request.method != "POST":
            return await self._show(request, template)
        form: dict[str, str] = {}
        try:
            require_own_page(request, self._workshop_of().settings)
            form = await _typed(request)
            signed = await submit(form, request.headers.get("user-agent", ""))
        except FromElsewhere as error:
            return self._page(request, template, form, {"form": error.hint}, 403)
        except WrongInput as error:
            return self._page(request, template, form, error.fields, 422)
        answer = RedirectResponse(local_path(form.get("next", "")), 303)
        await self.let_in(answer, signed, is_secure=request.url.scheme == "https")
        return answer

    async def _show(self, request: Request, template: str) -> Response:
        """Show the empty form; who is signed in already goes straight on, unless they are to prove it `again`."""
        wanted = request.query_params.get("next", "")
        if "again" not in request.query_params and await accounts.who(
            self._desk, token_in(request.headers.get("cookie", ""))
        ):
            return RedirectResponse(local_path(wanted), 303)
        trouble = trouble_in(self._workshop_of().settings, request.query_params)
        return self._page(request, template, {"next": wanted}, {"form": trouble} if trouble else {}, 200)

    async def let_in(self, answer: Response, signed: SignedIn, *, is_secure: bool) -> None:
        """Have the browser carry its session, and wear the person's look."""
        async with self._desk.for_person(signed.owner_id) as work:
            look = accounts.look_cookie(await work.accounts.mine())
        is_secure = is_secure or self._workshop_of().settings.public_url.startswith("https://")
        month = int(SESSION_LIFETIME.total_seconds())
        answer.set_cookie(
            COOKIE, signed.token, max_age=month, httponly=True, secure=is_secure, samesite="lax", path="/"
        )
        # Read by the page's own script before the first paint: no flash of somebody else's colours.
        answer.set_cookie("look", look, max_age=month, secure=is_secure, samesite="lax", path="/")

    def _page(
        self, request: Request, template: str, form: Mapping[str, str], errors: dict[str, str], status: int
    ) -> Response:
        typed = {field: value for field, value in form.items() if field != "password"}
        wanted = local_path(form.get("next", ""))
        ways = offered(self._workshop_of().settings, wanted, again="again" in request.query_params)
        shown: dict[str, Any] = {"values": typed, "errors": errors, "next": wanted, "ways": ways}
        return templates.TemplateResponse(
            request, template, shown, status_code=status, headers={"Cache-Control": "no-store"}
        )

    @property
    def _desk(self) -> Desk:
        return self._workshop_of().desk


async def _typed(request: Request) -> dict[str, str]:
    """Read a small form.

    Raises:
        WrongInput: it is larger than any form of ours.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_MAX_BYTES:
            raise WrongInput({"form": "That was more than this form takes."})
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
