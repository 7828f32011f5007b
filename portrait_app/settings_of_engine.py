"""What is configured of the engine's trainings, and of the secret that signs its webhooks."""

from __future__ import annotations

import base64

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from portrait_app.domain.catalogue import BUILT_IN, TRAINERS

_PREFIX = "whsec_"


class SettingsOfEngine(BaseSettings):
    """The section of `Settings` about what Replicate learns and brings."""

    replicate_webhook_secret: SecretStr | None = None
    replicate_trainer: str = Field("flux-dev", description="which trainer of the catalogue learns new face models")
    replicate_destination: str = Field("", pattern=r"^$|^[\w.-]+/[\w.-]+$", description="the private model, owner/name")

    @field_validator("replicate_trainer")
    @classmethod
    def _is_in_the_catalogue(cls, value: str) -> str:
        known = [key for key in TRAINERS if key != BUILT_IN]
        if value not in known:
            raise ValueError(f"should be one of {', '.join(known)}")
        return value

    @field_validator("replicate_webhook_secret")
    @classmethod
    def _can_sign(cls, value: SecretStr | None) -> SecretStr | None:
        parts = [part.strip() for part in value.get_secret_value().split(",")] if value else []
        if value and not (any(parts) and all(_is_secret(part) for part in parts if part)):
            raise ValueError(f"should be {_PREFIX} and base64 as the account shows it; several are separated by commas")
        return value


def _is_secret(text: str) -> bool:
    try:
        return text.startswith(_PREFIX) and bool(base64.b64decode(text.removeprefix(_PREFIX), validate=True))
    except ValueError:
        return False
