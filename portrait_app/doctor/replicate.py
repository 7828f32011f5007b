"""Looks at an engine outside: its token, its models, and whether its news would reach us and be believed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
from standardwebhooks import Webhook

from portrait_app import wiring
from portrait_app.adapters.replicate.errors import EngineError, Refused, Throttled, WrongToken
from portrait_app.doctor import catalogue
from portrait_app.doctor.finding import Finding
from portrait_app.domain.order import OrderKind

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.adapters.replicate.signature import WebhookAddress
    from portrait_app.settings import Settings

TIMEOUT = httpx.Timeout(15, connect=5)
CLOCKS_MAY_DIFFER = timedelta(minutes=2)
# What our route answers to a letter that is signed as it should be and has no job in it: nothing was taken in.
BELIEVED = 400
_WHY: dict[int, tuple[str, str]] = {
    401: ("doesn't believe what is signed there", "restart the studio, so that it has this secret and this APP_URL"),
    404: ("has no /api/webhook", "let APP_URL, or the proxy there, lead to this studio"),
    405: ("takes no POST", "let the proxy at APP_URL pass POST on to this studio"),
    413: ("takes no body of a few bytes", "raise the limit of the proxy at APP_URL to 16 MB"),
    503: ("can't check signatures just now", "look at the Token above, or set REPLICATE_WEBHOOK_SECRET"),
}


def look(settings: Settings) -> list[Finding]:
    """Ask the engine, and knock at our own door from outside."""
    return asyncio.run(_look(settings))


async def _look(settings: Settings) -> list[Finding]:
    gateway = wiring.gateway_of(settings)
    try:
        token = await _token(gateway)
        if token.next_step:
            return [token]
        secret, found = await _secret(gateway, is_configured=settings.replicate_webhook_secret is not None)
        models = await catalogue.look(gateway, settings)
        return [token, *_clock(gateway.jobs.ahead()), *models, found, await _webhook(settings, secret)]
    finally:
        await gateway.close()


def _clock(ahead: timedelta) -> list[Finding]:
    """Say so when the engine's clock and this machine's differ by what news may be old."""
    if abs(ahead) < CLOCKS_MAY_DIFFER:
        return []
    said = f"{abs(ahead).total_seconds() / 60:.0f} min {'behind' if ahead > timedelta() else 'ahead of'} the engine's"
    step = "set the clock here and at the database (NTP): what the engine signs is believed for five minutes alone"
    return [Finding("Clock", said, step)]


async def _token(gateway: Gateway) -> Finding:
    try:
        return Finding("Token", f"good; the account is {await gateway.account()}")
    except WrongToken:
        return Finding(
            "Token", "refused", "make a new one at replicate.com/account/api-tokens, and set REPLICATE_API_TOKEN"
        )
    except Refused as error:
        step = (
            "sign in at replicate.com/account: see whether the account is suspended or the token limited; make a token "
            "that may read the account, run models and train them, and set REPLICATE_API_TOKEN"
        )
        return Finding("Token", f"known, but the engine refuses its account: {error}", step)
    except Throttled as error:
        return Finding("Token", f"can't be looked at, the engine is asked too often: {error}", "look again in a minute")
    except EngineError as error:
        step = "see that this machine reaches it (network, proxy, REPLICATE_BASE_URL), then look again"
        return Finding("Token", f"can't be looked at, the engine doesn't answer: {error}", step)


async def _secret(gateway: Gateway, *, is_configured: bool) -> tuple[str, Finding]:
    """Return the account's secret as well; empty when it can't be had."""
    try:
        account = await gateway.account_webhook_secret()
        known = await gateway.webhook_secrets()
    except EngineError as error:
        step = "" if is_configured else "set REPLICATE_WEBHOOK_SECRET, or give the token the right to read it"
        configured = (await gateway.webhook_secrets())[0] if is_configured else ""
        return configured, Finding("Secret", f"the account's can't be asked for: {error}", step)
    if account not in known:
        step = "add the account's own (replicate.com/account/webhook) to REPLICATE_WEBHOOK_SECRET, or unset it"
        return account, Finding("Secret", "REPLICATE_WEBHOOK_SECRET is another than the account's", step)
    return account, Finding("Secret", "configured, and the account's own" if is_configured else "asked for")


async def _webhook(settings: Settings, secret: str) -> Finding:
    if settings.webhook_url is None:
        return Finding("Webhooks", "none: APP_URL is no public https address, so the studio asks for news by itself")
    if not secret:
        return Finding("Webhooks", f"to {settings.webhook_url}; not tried, without a secret")
    if not settings.has_key:
        return Finding("Webhooks", f"to {settings.webhook_url}", "start the studio once, then look again")
    return await knock(wiring.webhook_of(settings), secret)


async def knock(address: WebhookAddress, secret: str, transport: httpx.AsyncBaseTransport | None = None) -> Finding:
    """Send ourselves a letter signed with the engine's secret, with no job in it."""
    url = address.of(OrderKind.PREDICTION, uuid4())
    assert url is not None
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, transport=transport) as client:
            reply = await client.post(url, content="{}", headers=_signed(secret, "{}"))
    except httpx.HTTPError as error:
        step = "start the studio and let APP_URL lead to it; until then it asks for news by itself"
        return Finding("Webhooks", f"{address.url} can't be reached ({type(error).__name__})", step)
    if reply.status_code == BELIEVED:
        return Finding("Webhooks", f"to {address.url}, which was reached, and believed what was signed")
    if reply.is_redirect:
        step = "set APP_URL to the address at the end of it: Replicate follows no redirects"
        return Finding("Webhooks", f"{address.url} redirects to {reply.headers.get('location')}", step)
    said, step = _WHY.get(reply.status_code, (f"answers {reply.status_code}", "let APP_URL lead to this studio"))
    return Finding("Webhooks", f"{address.url} {said}", step)


def _signed(secret: str, body: str) -> dict[str, str]:
    moment, name = datetime.now(UTC), f"doctor_{uuid4().hex}"
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, moment, body),
    }
