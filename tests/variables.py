"""The variables that the studio reads: what a test starts is told its own, and none of the tester's."""

from __future__ import annotations

import os

from pydantic import AliasChoices

from portrait_app.settings import Settings


def _names() -> frozenset[str]:
    """Name each variable of each setting, by all its names."""
    found: set[str] = set()
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias or name]
        found |= {str(choice).upper() for choice in choices}
    return frozenset(found)


NAMES = _names()


def unset() -> dict[str, str]:
    """Return this process's environment as if nothing of the studio were configured."""
    return {name: value for name, value in os.environ.items() if name.upper() not in NAMES}
