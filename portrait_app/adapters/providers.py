"""Which providers elsewhere may say who somebody is, and where they send browsers back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.adapters.github import GitHub
from portrait_app.adapters.oidc import Provider

if TYPE_CHECKING:
    from portrait_app.settings import Settings


def callback_of(public_url: str, key: str) -> str:
    """Return the one address that a provider sends browsers back to (RFC 9700, 4.4: mix-up); it must be told of it."""
    return f"{public_url}/auth/with/{key}/callback"


def providers_of(settings: Settings) -> dict[str, Provider]:
    """Return the providers that are configured, by key, in the order in which they are offered."""
    kinds = {"oidc": Provider, "google": Provider, "github": GitHub}
    return {
        set_up.key: kinds[set_up.key](
            set_up.key, set_up.name, set_up.issuer, set_up.client_id, set_up.client_secret.get_secret_value()
        )
        for set_up in settings.providers
    }
