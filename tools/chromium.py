"""Finds a Chromium that works, or brings one: Debian's package as root, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHELL = "chromium-headless-shell"
"""Chromium without its windows, which nobody sees and which cost half of its CPU: 49 s become 24 for one test file."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
_APT_SECONDS = 600


def find() -> Path | None:
    """The first Chromium that starts: the system's, then Playwright's; None when there is none."""
    return next((path for path in _candidates() if _works(path)), None)


def provide() -> Path:
    """Find it, or install it.

    Raises: SystemExit: it is not to be had here, saying why.
    """
    found = find()
    reasons: list[str] = []
    for install in (_by_apt, _by_playwright):
        if found is None:
            reasons.append(install())
            found = find()
    if found is None:
        raise SystemExit(f"The browser tests need Chromium, and it can't be had here: {' '.join(reasons)}")
    return found


def _candidates() -> Iterator[Path]:
    """Where one may be; Playwright is asked only after the system's were tried, since asking it starts it."""
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    yield Path(MAC)
    yield _of_playwright()


def _works(path: Path) -> bool:
    """Ubuntu's package is a stub that needs snap: only asking it tells."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _of_playwright() -> Path:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only the last resort needs it

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def _by_apt() -> str:
    if not shutil.which("apt-get"):
        return "There is no apt-get."
    if os.geteuid() != 0:
        return f"Not root, so no `apt-get install {SHELL}`."
    failures = _apt_get("update") or _apt_get("install", "--yes", "--no-install-recommends", SHELL)
    # Not every Debian has the shell by itself.
    return failures and _apt_get("install", "--yes", "--no-install-recommends", "chromium")


def _apt_get(*arguments: str) -> str:
    failure = _run(["apt-get", "--quiet", *arguments], {**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    return "" if failure is None else f"apt-get {arguments[0]} failed: {failure}."


def _by_playwright() -> str:
    failure = _run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))
    return "" if failure is None else f"`playwright install chromium` failed: {failure}."


def _run(command: list[str], environment: dict[str, str]) -> str | None:
    """Run a program; its last words when it fails."""
    print(f"Installing Chromium: {' '.join(command)}", flush=True)
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_APT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no reason given"])[-1]


if __name__ == "__main__":
    print(provide())
