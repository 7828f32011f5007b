"""What is configured of an S3-compatible store for pictures; without it they lie in the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from portrait_app.settings_addresses import require_port

_NEEDED = ("S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_ROLE_ARN")
_PORTS = {"http": 80, "https": 443}
_MORE = ("S3_ENDPOINT", "S3_PUBLIC_ENDPOINT")


@dataclass(frozen=True)
class StoreSettings:
    """A store, the bucket there, and the key that may take on the role which the people's credentials come from."""

    bucket: str
    region: str
    endpoint: str
    public_endpoint: str
    key_id: str
    secret: SecretStr
    role: str

    @property
    def objects_url(self) -> str:
        """What the addresses of objects begin with, as browsers reach them."""
        reached_at = self.public_endpoint or self.endpoint
        return f"{reached_at}/{self.bucket}" if reached_at else f"https://{self.bucket}.s3.{self.region}.amazonaws.com"

    @property
    def origin(self) -> str:
        """Where browsers fetch pictures from, as `scheme://host:port`."""
        parts = urlsplit(self.objects_url)
        return f"{parts.scheme}://{parts.netloc}"


class SettingsOfBucket(BaseSettings):
    """The section of `Settings` about the store."""

    s3_bucket: str = Field("", pattern=r"^$|^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", description="lower case, without dots")
    s3_endpoint: str = Field("", description="of any store but AWS; it gives credentials (STS) at the same address")
    s3_public_endpoint: str = Field("", description="where browsers reach that store, when that is another address")
    s3_region: str = Field("us-east-1", pattern=r"^[a-z0-9-]+$")
    s3_access_key_id: str = ""
    s3_secret_access_key: SecretStr | None = None
    s3_role_arn: str = Field("", pattern=r"^$|^arn:[\w-]+:[\w-]+:", description="the role whose sessions open folders")

    @field_validator("s3_endpoint", "s3_public_endpoint")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        is_alone = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
        if value and not (parts.scheme in _PORTS and parts.hostname and is_alone):
            raise ValueError("should be an address like https://s3.example.org, without a path")
        require_port(value)
        host = parts.netloc.lower().removesuffix(f":{_PORTS.get(parts.scheme)}")
        return f"{parts.scheme}://{host}" if value else ""  # as browsers write it: a link is signed for it

    @property
    def store(self) -> StoreSettings | None:
        """The store that pictures lie in; None when they lie in the data folder."""
        if not self.s3_bucket or self.s3_secret_access_key is None:
            return None
        return StoreSettings(
            bucket=self.s3_bucket,
            region=self.s3_region,
            endpoint=self.s3_endpoint,
            public_endpoint=self.s3_public_endpoint,
            key_id=self.s3_access_key_id,
            secret=self.s3_secret_access_key,
            role=self.s3_role_arn,
        )

    @property
    def missing_of_bucket(self) -> tuple[str, str] | None:
        """A variable that is missing beside others that are set, and why that can't be; None when all is well."""
        known = [variable for variable in (*_NEEDED, *_MORE) if getattr(self, variable.lower())]
        missing = [variable for variable in _NEEDED if variable not in known]
        return (missing[0], f"is missing, while {known[0]} is set") if known and missing else None
