"""What webhooks are signed with, and that it may change while we run."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from portrait_app.adapters.replicate import signature
from portrait_app.adapters.replicate.errors import BadSignature

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

ASK_AGAIN_AFTER_S = 60.0  # however many forged webhooks come, the engine is not asked more often


class WebhookSecrets:
    """The secrets that were configured, or else the account's own.

    A signature that doesn't fit may mean that the account's secret was exchanged: then it is fetched anew. What was
    configured is believed as it is.

    Args:
        fetch: asks the engine for the account's secret.
        configured: one or several, separated by commas; empty: none.
    """

    def __init__(self, fetch: Callable[[], Awaitable[str]], configured: str) -> None:
        self._fetch = fetch
        self._configured = tuple(secret.strip() for secret in configured.split(",") if secret.strip())
        self._fetched: str | None = None
        self._asked_at = -ASK_AGAIN_AFTER_S
        self._one_at_a_time = asyncio.Lock()

    async def known(self) -> tuple[str, ...]:
        """Return them; asked for once.

        Raises: EngineDown, Throttled, Refused.
        """
        if self._configured:
            return self._configured
        async with self._one_at_a_time:
            if self._fetched is None:
                await self._ask()
            assert self._fetched is not None
            return (self._fetched,)

    async def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Check a webhook's signature. What can't be one is refused before any secret is asked for.

        Raises: BadSignature; EngineDown, Throttled, Refused: the secret can't be had just now.
        """
        signature.require_form(headers, body)
        secrets = await self.known()
        try:
            signature.verify(secrets, headers, body)
        except BadSignature:
            newer = await self._exchanged(secrets)
            if newer == secrets:
                raise
            signature.verify(newer, headers, body)

    async def _exchanged(self, secrets: tuple[str, ...]) -> tuple[str, ...]:
        if self._configured:
            return secrets
        async with self._one_at_a_time:
            if time.monotonic() - self._asked_at >= ASK_AGAIN_AFTER_S:
                await self._ask()
            return (self._fetched or "",)

    async def _ask(self) -> None:
        self._asked_at = time.monotonic()
        self._fetched = await self._fetch()
