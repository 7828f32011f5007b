"""What all plain forms share: who may post them, how they are read, and how they come back with what is wrong."""

from __future__ import annotations

from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.responses import RedirectResponse
from starlette.templating import Jinja2Templates

from portrait_app.http import away, browsers
from portrait_app.http.cookies import FromElsewhere, require_own_page, token_of
from portrait_app.services import accounts, sessions, steps
from portrait_app.services.complaints import WrongInput
from portrait_app.services.cookie import cookie_name
from portrait_app.services.limits import TooManyTries, network_of
from portrait_app.services.steps import FirstStep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.services.sessions import SignedIn
    from portrait_app.services.steps import Entered
    from portrait_app.wiring import Workshop

templates = Jinja2Templates(Path(__file__).parent / "templates")

FORM_MAX_BYTES = 16 * 1024
HOME, ELSEWHERE = "/home", "/auth/with"
SECOND, FIRST_PASSKEY, TWO_STEPS = "/auth/second", "/auth/first-passkey", "/auth/two-steps"
SECRETS = ("password", "current", "new", "code")  # fields that are never sent back
NEVER_KEPT = {"Cache-Control": "no-store"}


async def answered(
    request: Request,
    workshop: Workshop,
    template: str,
    submit: Callable[[Mapping[str, str]], Awaitable[Response]],
    **shown: Any,
) -> Response:
    """Read a posted form and act on it; what can't be taken comes back in the same form, said beside its field."""
    form: dict[str, str] = {}
    try:
        require_own_page(request, workshop.settings)
        form = await typed(request)
        return await submit(form)
    except FromElsewhere as error:
        return page(request, template, form, {"form": error.hint}, 403, **shown)
    except WrongInput as error:
        return page(request, template, form, error.fields, 422, **shown)
    except TooManyTries as error:
        answer = page(request, template, form, {"form": f"{error.headline}. {error.hint}"}, 429, **shown)
        answer.headers["Retry-After"] = str(error.wait_s)
        return answer
    except away.FAILURES as error:  # nothing typed is lost for want of room or of the database
        found = away.known(request, error, workshop.settings)
        if found is None:
            raise
        return page(request, template, form, {"form": f"{found[0].headline}. {found[0].hint}"}, found[1], **shown)


def page(
    request: Request, template: str, form: Mapping[str, str], errors: Mapping[str, str], status: int = 200, **more: Any
) -> Response:
    """Show a form with what was typed, but for its passwords, and with what is wrong."""
    typed_before = {field: value for field, value in form.items() if field not in SECRETS}
    shown: dict[str, Any] = {"values": typed_before, "errors": errors, "next": local(form.get("next", "")), **more}
    return templates.TemplateResponse(request, template, shown, status_code=status, headers=NEVER_KEPT)


def said(
    request: Request, headline: str, hint: str, action: tuple[str, str] | None = None, status: int = 200
) -> Response:
    """Say something on a page of its own, with one way on."""
    shown: dict[str, Any] = {"headline": headline, "hint": hint, "action": action}
    return templates.TemplateResponse(request, "notice.html", shown, status_code=status, headers=NEVER_KEPT)


def signs_in(why: str, then: str = "") -> Response:
    """Lead to the sign-in page, which says why by the name of what happened, and on from there."""
    query = {"again": "yes", "trouble": why} | ({"next": then} if then else {})
    return RedirectResponse(f"/auth/sign-in?{urlencode(query)}", 303, headers=NEVER_KEPT)


async def typed(request: Request) -> dict[str, str]:
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


def local(path: str) -> str:
    """Return where to go next: a page of ours, never an address of somebody else's."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    if not is_ours or not path.isprintable():
        return HOME
    # The way to a provider may end in an account elsewhere that opens this one (`?link`): one begins it by a tap.
    return HOME if normpath(unquote(urlsplit(path).path)).startswith(ELSEWHERE) else path


async def go_on(request: Request, workshop: Workshop, entered: Entered, following: str) -> Response:
    """Lead whoever has taken a step into the app, or to the step that is still asked for."""
    settings = workshop.settings
    if isinstance(entered, FirstStep):
        browser = browsers.token_of(request, settings) or browsers.new_token()
        word = await steps.begin(workshop.desk, browser, entered, following)
        answer = RedirectResponse(SECOND, 303, headers=NEVER_KEPT)
        browsers.mark(answer, request, settings, browser)
        browsers.mark_step(answer, request, settings, word)
        return answer
    await sessions.end_former(workshop.desk, token_of(request, settings))
    where = FIRST_PASSKEY if entered.is_half else following
    return await let_in(request, RedirectResponse(where, 303, headers=NEVER_KEPT), workshop, entered)


async def let_in(request: Request, answer: Response, workshop: Workshop, signed: SignedIn) -> Response:
    """Give the browser its session's cookie, and the look of whoever signed in."""
    async with workshop.desk.for_person(signed.owner_id) as work:
        look = accounts.look_cookie(await work.accounts.mine())
    is_secure, month = _is_secure(request, workshop), int(sessions.LIFETIME.total_seconds())
    name = cookie_name(is_https=workshop.settings.is_https)
    answer.set_cookie(name, signed.token, max_age=month, httponly=True, secure=is_secure, samesite="lax", path="/")
    wear(request, answer, workshop, look)
    return answer


def wear(request: Request, answer: Response, workshop: Workshop, look: str) -> None:
    """Give the browser a look. The page's own script reads it before the first paint: no flash of other colours."""
    is_secure, month = _is_secure(request, workshop), int(sessions.LIFETIME.total_seconds())
    answer.set_cookie("look", look, max_age=month, secure=is_secure, samesite="lax", path="/")


def _is_secure(request: Request, workshop: Workshop) -> bool:
    return workshop.settings.is_https or request.url.scheme == "https"


def network(request: Request) -> str:
    """Return what the request's address is counted by."""
    return network_of(request.client.host if request.client else None)
