"""Builds the page's files from the Python that describes them, and only when something it reads has changed."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from portrait_app.house.child import run_once
from portrait_app.house.failures import PageNotBuilt, explained
from portrait_app.house.folder import last_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
_QUIET = {
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
}
FOR_DEV = {"REFLEX_WEB_WORKDIR": ".web-dev"}
"""Two Reflex processes must not share one folder, and the built page is the running studio's."""


def environment() -> dict[str, str]:
    """What a process that builds or serves the page needs: the venv's Node and bun first on the path, no questions."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**os.environ, **_QUIET, "PATH": path}


def workplaces(folder: Path) -> dict[str, str]:
    """Keep what Reflex writes while serving inside the data folder."""
    return {"REFLEX_STATES_WORKDIR": str(folder / "states"), "REFLEX_UPLOADED_FILES_DIR": str(folder / "uploads")}


def is_fresh() -> bool:
    """Whether the built files are those of the present sources."""
    stamp = _stamp()
    return stamp.exists() and stamp.read_text() == _digest(_sources()) + _digest(_locks())


def build_if_changed(log: Path, say: Callable[[str], None]) -> None:
    """Build the page (about 10 s, with its packages to fetch 30 s) unless the built one is of the present sources.

    Args: log: takes all the builder says. say: takes a line for the person who waits.
    Raises: PageNotBuilt: with the end of the builder's log. FileNotUsable: its folder is another user's.
    """
    try:
        _require_ours(web_folder())
        with (ROOT / "rxconfig.py").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two houses may share one clone
            if not is_fresh():
                say("Building the page (half a minute the first time)")
                _build(log)
    except OSError as error:
        raise explained(error, web_folder()) from error


def _build(log: Path) -> None:
    _stamp().unlink(missing_ok=True)
    sources = _digest(_sources())  # as they are now: one saved while the build runs makes it stale
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    code = run_once(command, {**environment(), **_registry()}, log)
    if code != 0 or not (web_folder() / "build" / "client").is_dir():
        raise PageNotBuilt(log, last_line(log))
    _stamp().write_text(sources + _digest(_locks()))  # the builder may have written these


def _require_ours(folder: Path) -> None:
    """Raise PermissionError when somebody else, root perhaps, has built there."""
    if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def web_folder() -> Path:
    """Where Reflex builds; `REFLEX_WEB_WORKDIR` moves it."""
    return ROOT / os.environ.get("REFLEX_WEB_WORKDIR", ".web")


def _stamp() -> Path:
    return web_folder() / "built-from"


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield from (ROOT / "rxconfig.py", ROOT / "requirements.txt")
    for folder, pattern in (("portrait_app", "*.py"), ("assets", "*")):
        yield from (path for path in sorted((ROOT / folder).rglob(pattern)) if path.is_file())


def _locks() -> list[Path]:
    return sorted((ROOT / "reflex.lock").glob("*"))


def _registry() -> dict[str, str]:
    """The npm registry as this machine has it configured; without it Reflex would try out mirrors."""
    npm = Path(sys.executable).parent / "npm"
    asked = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, check=False, cwd=ROOT)
    address = asked.stdout.strip()
    return {"NPM_CONFIG_REGISTRY": address} if address.startswith("http") else {}
