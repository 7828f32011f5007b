"""Everything that can be configured, read once from the environment, `.env` and `.env.local`, and then frozen."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from portrait_app.domain.catalogue import BUILT_IN
from portrait_app.errors import PortraitError
from portrait_app.settings_addresses import is_public, origin_of, require_port, site_of
from portrait_app.settings_files import ENV_FILES, unreadable
from portrait_app.settings_of_bucket import SettingsOfBucket
from portrait_app.settings_of_engine import SettingsOfEngine
from portrait_app.settings_of_providers import SettingsOfProviders
from portrait_app.settings_words import should_be


class WrongSetting(PortraitError):
    """A variable has a value that can't be used; the start ends here."""

    headline = "A setting is wrong"

    def __init__(self, variable: str, why: str) -> None:
        super().__init__(f"{variable}: {why}")
        self.hint = f"{variable}: {why}. Mend it in the environment or in .env, then start again."


class Settings(SettingsOfProviders, SettingsOfBucket, SettingsOfEngine):
    """The frozen configuration. Field names are the variables' names, lower case, unless an alias is given."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    data_dir: Path = Field(Path("var"), validation_alias="PORTRAIT_DATA_DIR")
    port: int = Field(3000, ge=1, le=65535)
    host: str = Field("localhost", validation_alias="PORTRAIT_HOST", description="0.0.0.0 lets other machines in")
    app_url: str = Field("", validation_alias=AliasChoices("APP_URL", "NEXT_PUBLIC_APP_URL"))
    database_url: SecretStr | None = None
    secret_key: SecretStr | None = Field(None, min_length=32, description="signs actors and links")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    sign_up: Literal["open", "invite", "closed"] = Field("open", description="who may make an account, after the first")
    two_steps: Literal["offered", "required"] = Field("offered", description="whether a password alone opens the door")
    smtp_host: str = Field("", description="the mail server; without one, mails go to the data folder's outbox")
    smtp_port: int = Field(587, ge=1, le=65535, description="465 begins with TLS, the others ask for it (STARTTLS)")
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_plain: bool = Field(False, description="no TLS at all: for a server on this very machine")
    smtp_from: str = Field("", description="the sender's address; studio@ and the public host when unset")

    replicate_api_token: SecretStr | None = None
    replicate_base_url: str = Field("", description="with /v1; `run` sets it to the darkroom's when there is no token")
    darkroom_token: SecretStr | None = Field(None, description="set by `run` for its own processes")
    darkroom_is_ours: bool = Field(False, description="set by `run`: the engine is its own process, and nobody else's")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read each file by itself: a name in `.env` must not beat another name of the same thing in `.env.local`."""
        del dotenv_settings, file_secret_settings
        files = (DotEnvSettingsSource(settings_cls, env_file=name) for name in reversed(ENV_FILES))
        return init_settings, env_settings, *files

    @field_validator("app_url")
    @classmethod
    def _is_where_people_come(cls, value: str) -> str:
        return site_of(value) if value.strip() else ""

    @field_validator("replicate_base_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError("should be an address that begins with http:// or https://")
        require_port(value)
        if "?" in value or "#" in value:
            raise ValueError("should be an address without ? and #, since others are made by adding to it")
        return value

    @field_validator("smtp_from")
    @classmethod
    def _is_mail_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", value):
            raise ValueError("should be an address like studio@example.org")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(value.get_secret_value()) if value else None
        if parts and not (parts.scheme.partition("+")[0] in ("postgres", "postgresql") and parts.path.strip("/")):
            raise ValueError("should be postgresql://role:password@host/database")
        if value:
            require_port(value.get_secret_value())
        return value

    @field_validator("data_dir")
    @classmethod
    def _is_at_home(cls, value: Path) -> Path:
        try:
            return value.expanduser()  # no shell has done it for a line of .env
        except RuntimeError:
            raise ValueError("should begin with the folder's real path: there is no such home folder") from None

    @classmethod
    def read(cls) -> Settings:
        """Read the environment.

        Raises:
            WrongSetting: naming the variable and what is wrong with it, never its value.
        """
        try:
            read = cls()  # pyright: ignore[reportCallIssue] -- every field comes from the environment
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise WrongSetting(_variable(str(first["loc"][0])), should_be(first)) from None
        except (UnicodeDecodeError, OSError) as error:
            raise unreadable(error) from error
        if variable := read.missing_of_providers or read.missing_of_bucket:
            raise WrongSetting(*variable)
        return read

    @property
    def is_darkroom(self) -> bool:
        """Whether the built-in engine makes the pictures: there is no Replicate token."""
        return self.replicate_api_token is None

    @property
    def trainer(self) -> str:
        """The catalogue's key of the trainer that new face models use."""
        return BUILT_IN if self.is_darkroom else self.replicate_trainer

    @property
    def engine_token(self) -> str:
        """What signs us in to the engine: Replicate's token, or the darkroom's own, which `run` hands down."""
        if self.replicate_api_token is not None:
            return self.replicate_api_token.get_secret_value()
        return self.darkroom_token.get_secret_value() if self.darkroom_token else ""

    @property
    def engine_origin(self) -> str | None:
        """The darkroom's `http://host:port`, the one local address that pictures may be fetched from."""
        if not self.is_darkroom or not self.replicate_base_url:
            return None
        parts = urlsplit(self.replicate_base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def local_url(self) -> str:
        """Where this machine reaches the web process."""
        return f"http://localhost:{self.port}"

    @property
    def public_url(self) -> str:
        """Where people reach the app."""
        return self.app_url or self.local_url

    @property
    def origins(self) -> list[str]:
        """Where our own pages come from, as browsers write it: nobody else's may open the websocket or post a form."""
        return sorted({origin_of(self.public_url), self.local_url, f"http://127.0.0.1:{self.port}"})

    @property
    def is_https(self) -> bool:
        """Whether people reach the app over TLS alone."""
        return self.public_url.startswith("https://")

    @property
    def confirms_addresses(self) -> bool:
        """Whether an account is entered only once its address is confirmed: there is a server that carries mails."""
        return bool(self.smtp_host)

    @property
    def mail_from(self) -> str:
        """Who mails come from."""
        return self.smtp_from or f"studio@{urlsplit(self.public_url).hostname}"

    @property
    def webhook_url(self) -> str | None:
        """Where the engine brings its news; None when it could not reach us: then polling carries everything."""
        if self.is_darkroom:
            return f"http://127.0.0.1:{self.port}/api/webhook"
        parts = urlsplit(self.app_url)
        is_reachable = parts.scheme == "https" and is_public(parts.hostname or "")
        return f"{self.public_url}/api/webhook" if is_reachable else None

    @cached_property
    def master_key(self) -> bytes:
        """The key that every other key is derived from: `SECRET_KEY`, or one made once and kept in the data folder."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        return _kept_secret(self._key_file).encode()

    @property
    def has_key(self) -> bool:
        """Whether the master key is there, so that asking for it makes nothing."""
        return self.secret_key is not None or self._key_file.exists()

    @property
    def _key_file(self) -> Path:
        return self.data_dir / "secrets" / "app.key"

    def key_for(self, purpose: str) -> bytes:
        """Derive the 32-byte key for one purpose, so that no two purposes share one."""
        return hmac.new(self.master_key, purpose.encode(), hashlib.sha256).digest()


def _variable(location: str) -> str:
    field = Settings.model_fields.get(location)
    alias = field.validation_alias if field else None
    return alias if isinstance(alias, str) else location.upper()


def _kept_secret(path: Path) -> str:
    """Read the secret, or make it: exactly one of several processes that start together wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    if not path.exists():
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink(missing_ok=True)
    return path.read_text()
