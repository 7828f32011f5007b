"""Says what is configured, what is missing, and what to do next; changes nothing."""

from __future__ import annotations

import logging
import shutil
import sys
from typing import TYPE_CHECKING

import psycopg
import structlog

from portrait_app.database.server import DatabaseWontStart, EmbeddedServer
from portrait_app.database.server.binaries import binaries_for
from portrait_app.doctor import counts
from portrait_app.doctor.finding import Finding
from portrait_app.faces import weights
from portrait_app.house import engine, frontend, listening
from portrait_app.house.failures import PortRefused, PortTaken, explained
from portrait_app.house.folder import ROOM_MB, who_lives_in
from portrait_app.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def what_runs(settings: Settings) -> list[Finding]:
    """What the studio stands on, for the lines it prints when it has started."""
    return [look(settings) for look in (_database, _engine, _bucket, _mail, _secrets)]


def main() -> int:
    """Print what was found; the exit code is 1 when something must be done before the studio runs."""
    settings = Settings.read()
    # What is wrong is said below, in words: a line of the log between them says the same to nobody.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    findings = [look(settings) for look in LOOKS]
    findings += _store(settings) + _doors(settings) + _outside(settings) + counts.look(settings)
    for finding in findings:
        print(f"{'!!' if finding.next_step else 'ok'}  {finding}")  # noqa: T201 -- its purpose
        if finding.next_step:
            print(f"    {'':<10} -> {finding.next_step}")  # noqa: T201 -- its purpose
    return 1 if any(finding.next_step for finding in findings) else 0


def _store(settings: Settings) -> list[Finding]:
    """Look at a store for pictures."""
    if settings.store is None:
        return []
    from portrait_app.doctor import store  # noqa: PLC0415 -- the keeper, which also asks us, does without HTTP

    return store.look(settings)


def _doors(settings: Settings) -> list[Finding]:
    """Look at how people sign in, and whether a proxy says who tries."""
    from portrait_app.doctor import proxy, sign_in  # noqa: PLC0415 -- the keeper, which also asks us, does without HTTP

    return [*sign_in.look(settings), *proxy.look(settings)]


def _outside(settings: Settings) -> list[Finding]:
    """Look at an engine that isn't ours."""
    if engine.is_built_in(settings):
        return []
    from portrait_app.doctor import replicate  # noqa: PLC0415 -- the keeper, which also asks us, does without HTTP

    return replicate.look(settings)


def _python(_: Settings) -> Finding:
    return Finding("Python", f"{sys.version.split()[0]} in {sys.prefix}")


def _page(_: Settings) -> Finding:
    found = [name for name in ("node", "bun") if shutil.which(name, path=frontend.environment()["PATH"])]
    if len(found) < 2:  # noqa: PLR2004 -- both
        return Finding(
            "Page", f"found {', '.join(found) or 'neither Node nor bun'}", "make run installs both into .venv"
        )
    try:
        is_fresh = frontend.is_fresh()
    except OSError as error:
        refused = explained(error, frontend.web_folder())
        return Finding("Page", str(refused), refused.hint)
    return Finding("Page", "built" if is_fresh else "not built yet, or changed since: the start builds it")


def _models(settings: Settings) -> Finding:
    missing = weights.check(settings.data_dir / "models")
    if missing:
        return Finding("Models", f"missing: {', '.join(missing)}", "make models")
    return Finding("Models", "all there, as published (SHA-256)")


def _mail(settings: Settings) -> Finding:
    if settings.smtp_host:
        return Finding("Mail", f"by {settings.smtp_host}:{settings.smtp_port}, from {settings.mail_from}")
    return Finding("Mail", f"into {settings.data_dir / 'outbox'}, and its links said here; set SMTP_HOST to send it")


def _database(settings: Settings) -> Finding:
    if settings.database_url is None:
        return _embedded(settings.data_dir / "postgres")
    from portrait_app.database.address import Address  # noqa: PLC0415 -- SQLAlchemy, which the keeper does without

    try:
        with psycopg.connect(Address.of(settings).conninfo(), connect_timeout=5) as connection:
            version = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        return Finding(
            "Database", f"DATABASE_URL: {str(error).splitlines()[-1]}", "mend DATABASE_URL, or start that server"
        )
    return Finding("Database", f"Postgres {version} at DATABASE_URL")


def _embedded(folder: Path) -> Finding:
    made_by = folder / "data" / "PG_VERSION"
    try:
        binaries = binaries_for(int(made_by.read_text()) if made_by.exists() else None)
    except PermissionError:
        return Finding("Database", f"{folder} belongs to another user", "run as that user, or set PORTRAIT_DATA_DIR")
    except DatabaseWontStart as error:
        return Finding("Database", str(error), error.hint)
    state = "running" if EmbeddedServer(folder).is_running() else "at rest"
    return Finding("Database", f"our own Postgres {binaries.version} in {folder}, {state}; DATABASE_URL names another")


def _engine(settings: Settings) -> Finding:
    if engine.is_built_in(settings):
        return Finding("Engine", "the darkroom, built in; set REPLICATE_API_TOKEN to use Replicate")
    if settings.is_darkroom:
        return Finding("Engine", f"another one, at {settings.replicate_base_url}")
    into = settings.replicate_destination or "<account>/portrait-studio-faces"
    news = "news by webhook" if settings.webhook_url else "news by asking; set APP_URL=https://... for webhooks"
    return Finding("Engine", f"Replicate's {settings.trainer}, into {into}; {news}")


def _bucket(settings: Settings) -> Finding:
    if settings.store is not None:
        return Finding(
            "Pictures", f"in the bucket {settings.store.bucket}, opened to browsers at {settings.store.origin}"
        )
    return Finding("Pictures", f"in {settings.data_dir / 'bucket'}; S3_BUCKET names a store")


def _port(settings: Settings) -> Finding:
    """Ask for the port as a start would, and when it is taken the folder's lock whose it is."""
    try:
        with listening.listening(settings.host, settings.port):
            return Finding("Port", f"{settings.port} is free")
    except PortTaken:
        pid = who_lives_in(settings.data_dir)
        if pid is not None and listening.is_held_by(pid, settings.port):
            return Finding("Port", f"{settings.port}, where the studio of {settings.data_dir} listens (process {pid})")
        step = f"stop it, or choose another: PORT={settings.port + 1}"
        return Finding("Port", f"{settings.port} is held by another program", step)
    except PortRefused as error:
        return Finding("Port", str(error), error.hint)


def _disk(settings: Settings) -> Finding:
    at = next(
        folder for folder in (settings.data_dir.resolve(), *settings.data_dir.resolve().parents) if folder.exists()
    )
    free_mb = shutil.disk_usage(at).free >> 20
    step = "" if free_mb > ROOM_MB else "free some space, or name another folder with PORTRAIT_DATA_DIR"
    return Finding("Disk", f"{free_mb:,} MB free for {settings.data_dir}", step)


def _secrets(settings: Settings) -> Finding:
    if settings.secret_key is not None:
        return Finding("Key", "SECRET_KEY is set")
    return Finding("Key", f"made by ourselves, in {settings.data_dir / 'secrets'}; keep that folder in your backups")


def _browser(_: Settings) -> Finding:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    return Finding("Chromium", f"{found}" if found else "not found; only make test needs it, and installs it")


LOOKS: tuple[Callable[[Settings], Finding], ...] = (
    _python,
    _page,
    _models,
    _database,
    _engine,
    _bucket,
    _mail,
    _secrets,
    _port,
    _disk,
    _browser,
)
