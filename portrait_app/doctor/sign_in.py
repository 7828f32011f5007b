"""How people may sign in here, and what a provider elsewhere must be told of us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.adapters.passkeys import House, NoPasskeysHere
from portrait_app.adapters.providers import callback_of
from portrait_app.doctor.finding import Finding

if TYPE_CHECKING:
    from portrait_app.settings import Settings

_HOW = "OIDC_ISSUER, GOOGLE_CLIENT_ID or GITHUB_CLIENT_ID, each with its secret, add another way in"


def look(settings: Settings) -> list[Finding]:
    """Look at the settings alone: nobody is asked."""
    try:
        passkeys = f"for {House.at(settings.public_url).origin}"
    except NoPasskeysHere as error:
        passkeys = f"not at {settings.public_url}. {error.hint}"
    providers = [
        Finding("Sign-in", f"by {each.name} too; its callback is {callback_of(settings.public_url, each.key)}")
        for each in settings.providers
    ]
    doors = providers or [Finding("Sign-in", f"by password and passkey; {_HOW}")]
    return [Finding("Passkeys", passkeys), _two_steps(settings, has_passkeys=passkeys.startswith("for ")), *doors]


def _two_steps(settings: Settings, *, has_passkeys: bool) -> Finding:
    if settings.two_steps == "offered":
        return Finding("Two steps", "offered to everybody, asked of who wants them; TWO_STEPS=required asks everybody")
    step = "" if has_passkeys else "set APP_URL to a name, with https, or unset TWO_STEPS: nobody can come in"
    return Finding("Two steps", "asked of everybody: a password alone opens nothing but the page of a passkey", step)
