"""A real S3 server for the whole test run: SeaweedFS on this machine, with session policies, its other doors shut.

Its parts speak to one another over HTTP and gRPC. What HTTP they can do without is off, the rest wants a token that
only they know, and gRPC wants a certificate that only they have: the one way to an object is a signature.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import socket
import subprocess
import sysconfig
import tempfile
import time
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from portrait_app.settings_of_bucket import StoreSettings

if TYPE_CHECKING:
    from collections.abc import Generator

_PREFIX = "portrait-s3-"
_PARTS = ("master", "volume", "filer", "s3")
_PATIENCE_S = 60
BUCKET, ROLE = "pictures", "arn:aws:iam::000000000000:role/studio"


@dataclass
class StoreServer:
    """A running server. `ports` has two of each part: `filer` speaks HTTP, `filer.grpc` gRPC; `s3` is the open one."""

    folder: Path
    ports: dict[str, int]
    key_id: str = field(default_factory=lambda: secrets.token_hex(10))
    secret: str = field(default_factory=lambda: secrets.token_hex(20))
    process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> StoreSettings:
        """What the studio has to know of it."""
        endpoint = f"http://127.0.0.1:{self.ports['s3']}"
        return StoreSettings(BUCKET, "us-east-1", endpoint, "", self.key_id, SecretStr(self.secret), ROLE)

    @cached_property
    def client(self) -> Any:
        """A client that may do everything: what a test looks with, and never the studio."""
        from botocore.config import Config  # noqa: PLC0415 -- a second, only for who has a store
        from botocore.session import Session  # noqa: PLC0415 -- as above

        return Session().create_client(
            "s3",
            endpoint_url=self.settings.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.key_id,
            aws_secret_access_key=self.secret,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )

    def keys(self) -> list[str]:
        """What lies there."""
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def unfinished(self) -> list[str]:
        """What was begun in parts, and neither finished nor thrown away."""
        return [each["Key"] for each in self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]

    def empty(self) -> None:
        """Take everything out."""
        for each in self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
            self.client.abort_multipart_upload(Bucket=BUCKET, Key=each["Key"], UploadId=each["UploadId"])
        for key in self.keys():
            self.client.delete_object(Bucket=BUCKET, Key=key)

    @property
    def variables(self) -> dict[str, str]:
        """The same as variables of the environment."""
        return {
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT": self.settings.endpoint,
            "S3_ACCESS_KEY_ID": self.key_id,
            "S3_SECRET_ACCESS_KEY": self.secret,
            "S3_ROLE_ARN": ROLE,
        }


@contextlib.contextmanager
def server() -> Generator[StoreServer]:
    """A server with an empty bucket, gone afterwards with all it kept."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{psutil.Process().pid}-"))
    made = StoreServer(folder, _free_ports())
    try:
        _write_settings(made)
        made.process = _started(made)
        _wait(made)
        yield made
    finally:
        if made.process is not None:
            made.process.kill()
            made.process.wait()
        for name in Path(tempfile.gettempdir()).glob("seaweedfs-*.sock"):
            if any(str(port) in name.name for port in made.ports.values()):
                name.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _started(made: StoreServer) -> subprocess.Popen[bytes]:
    options = [f"-{part}.port={made.ports[part]}" for part in _PARTS]
    options += [f"-{part}.port.grpc={made.ports[f'{part}.grpc']}" for part in _PARTS]
    options += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-disableHttp", "-filer", "-filer.disableHttp", "-s3"]
    options += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    options += ["-master.volumeSizeLimitMB=64", "-volume.max=20", f"-dir={made.folder}"]
    options += [f"-s3.config={made.folder / 'keys.json'}", f"-s3.iam.config={made.folder / 'roles.json'}"]
    weed = Path(sysconfig.get_path("scripts")) / "weed"
    with (made.folder / "log").open("wb") as log:
        return subprocess.Popen(
            [str(weed), "-logtostderr", "server", *options], cwd=made.folder, stdout=log, stderr=subprocess.STDOUT
        )


def _wait(made: StoreServer) -> None:
    """Wait until it answers and takes a bucket: its parts find one another a moment after they began."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- a second, for who has a store

    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{made.settings.endpoint}/healthz", trust_env=False).raise_for_status()
                made.client.create_bucket(Bucket=BUCKET)
                return
        except (ClientError, BotoCoreError, httpx.HTTPStatusError):
            pass
        assert made.process is not None
        if made.process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the S3 server did not start:\n{(made.folder / 'log').read_text()[-3000:]}")
        time.sleep(0.05)


def _write_settings(made: StoreServer) -> None:
    certificate, key = _certificate(made.folder)
    told = [f'[{name}]\nkey = "{secrets.token_hex(16)}"' for name in ("jwt.signing", "jwt.signing.read")]
    told += [f'[jwt.filer_{name}]\nkey = "{secrets.token_hex(16)}"' for name in ("signing", "signing.read")]
    told += [f'[grpc]\nca = "{certificate}"']
    told += [f'[grpc.{part}]\ncert = "{certificate}"\nkey = "{key}"' for part in (*_PARTS, "client")]
    (made.folder / "security.toml").write_text("\n".join(told))
    own = {"accessKey": made.key_id, "secretKey": made.secret}
    keys = {"identities": [{"name": "studio", "credentials": [own], "actions": ["Admin"]}]}
    (made.folder / "keys.json").write_text(json.dumps(keys))
    (made.folder / "roles.json").write_text(json.dumps(_roles()))


def _roles() -> dict[str, object]:
    """One role, which may do everything in the bucket: what a session may, its own policy alone says.

    It trusts the studio's own key alone: a person's credential that took it on once more would have no policy.
    """
    arn = f"arn:aws:s3:::{BUCKET}"
    everything = {"Effect": "Allow", "Action": ["s3:*"], "Resource": [arn, f"{arn}/*"]}
    studio = {"AWS": "arn:aws:iam::000000000000:user/studio"}
    trusted = {"Effect": "Allow", "Principal": studio, "Action": ["sts:AssumeRole"]}
    role = {"roleName": "studio", "roleArn": ROLE, "attachedPolicies": ["pictures"]}
    key = b64encode(secrets.token_bytes(32)).decode()
    return {
        "sts": {"tokenDuration": "15m", "maxSessionLength": "12h", "issuer": "tests", "signingKey": key},
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "roles": [{**role, "trustPolicy": {"Version": "2012-10-17", "Statement": [trusted]}}],
        "policies": [{"name": "pictures", "document": {"Version": "2012-10-17", "Statement": [everything]}}],
    }


def _certificate(folder: Path) -> tuple[Path, Path]:
    """One that its parts show one another, and that is made for this run."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def _free_ports() -> dict[str, int]:
    names = [f"{part}{kind}" for part in _PARTS for kind in ("", ".grpc")]
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in names]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}


def _sweep() -> None:
    """End the servers of test runs that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        if psutil.pid_exists(int(folder.name.removeprefix(_PREFIX).split("-")[0])):
            continue
        for process in psutil.process_iter(["cmdline"]):
            if f"-dir={folder}" in (process.info["cmdline"] or []):
                with contextlib.suppress(psutil.Error):
                    process.kill()
        shutil.rmtree(folder, ignore_errors=True)
