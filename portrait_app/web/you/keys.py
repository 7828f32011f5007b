"""The ways into an account, as the person's own room shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain.clock import now
from portrait_app.web.you import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portrait_app.services.ways import Ways
    from portrait_app.settings_of_providers import ProviderSettings


@dataclass(frozen=True)
class WayCard:
    """One way in besides the password: a passkey, or an account elsewhere."""

    id: str
    is_passkey: bool
    name: str
    said: str


@dataclass(frozen=True)
class Offer:
    """A provider whose account can be added."""

    label: str
    href: str


def way_cards(ways: Ways, providers: Iterable[ProviderSettings]) -> list[WayCard]:
    """Say each in plain words; a provider that is no longer configured is still called something."""
    names = {provider.key: provider.name for provider in providers}
    keys = [WayCard(str(each.id), True, each.name, f"Passkey. {_used(each.used_at)}") for each in ways.passkeys]
    accounts = [
        WayCard(str(each.id), False, names.get(each.provider, each.provider), f"{each.label}. {_used(each.used_at)}")
        for each in ways.identities
    ]
    return [*keys, *accounts]


def offers(ways: Ways, providers: Iterable[ProviderSettings]) -> list[Offer]:
    """Offer the providers that aren't a way in yet."""
    known = {each.provider for each in ways.identities}
    return [Offer(f"Add {each.name}", f"/auth/with/{each.key}?link=yes") for each in providers if each.key not in known]


def steps_said(ways: Ways, *, is_of_all: bool) -> str:
    """Say whether more than one step is asked for, and how many recovery codes are left."""
    if not (ways.asks_two_steps or is_of_all):
        return "The password alone opens your account" if ways.has_password else "Each way opens your account alone"
    left = f"{ways.codes_left or 'No'} recovery code{'s' * (ways.codes_left != 1)} left"
    return f"A passkey is asked for as well. {left}"


def _used(moment: datetime | None) -> str:
    return words.used(now() - moment) if moment else "Not used yet"
