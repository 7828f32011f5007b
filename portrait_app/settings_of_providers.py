"""What is configured of sign-in by way of others: any OpenID provider by three variables, Google and GitHub by two."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

GOOGLE_ISSUER, GITHUB_ISSUER = "https://accounts.google.com", "https://github.com"
_TOGETHER = (
    ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"),
    ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
    ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"),
)


@dataclass(frozen=True)
class ProviderSettings:
    """One provider elsewhere that people may sign in with."""

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: SecretStr


class SettingsOfProviders(BaseSettings):
    """The section of `Settings` about providers."""

    oidc_issuer: str = Field("", description="any OpenID Connect provider; needs its client id and secret too")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = Field("", max_length=40, description="what its button calls it; its host's name when unset")
    google_client_id: str = ""
    google_client_secret: SecretStr | None = None
    github_client_id: str = ""
    github_client_secret: SecretStr | None = None

    @field_validator("oidc_issuer")
    @classmethod
    def _is_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if value and not (parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_local))):
            raise ValueError("should be an address that begins with https://")
        return value

    @property
    def providers(self) -> list[ProviderSettings]:
        """The providers that people may sign in with, in the order in which they are offered."""
        name = self.oidc_name or urlsplit(self.oidc_issuer).hostname or ""
        return [
            ProviderSettings(key, name, issuer, client_id, secret)
            for key, name, issuer, client_id, secret in (
                ("oidc", name, self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret),
                ("google", "Google", GOOGLE_ISSUER, self.google_client_id, self.google_client_secret),
                ("github", "GitHub", GITHUB_ISSUER, self.github_client_id, self.github_client_secret),
            )
            if issuer and client_id and secret
        ]

    @property
    def missing_of_providers(self) -> tuple[str, str] | None:
        """A variable that is missing beside others that are set, and why that can't be; None when all is well."""
        for variables in _TOGETHER:
            known = [variable for variable in variables if getattr(self, variable.lower())]
            missing = [variable for variable in variables if variable not in known]
            if known and missing:
                return missing[0], f"is missing, while {known[0]} is set"
        return None
