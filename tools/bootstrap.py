"""Makes `.venv` with the pinned packages, once: the first thing `make run` and `make test` do.

Needs nothing but Python's standard library. The syntax is kept plain on purpose, so that a Python too old for the
studio can still read this file far enough to say so.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
OLDEST = (3, 11)
NEWEST_TRIED = (3, 14)
ROOM_BYTES = 3 << 30  # packages, the page's own packages, the browser's build

FULL = "The disk is full. Nothing is broken: free some space, then try again."
VENV_OF_ANOTHER = "{at} belongs to another user, root perhaps. Remove it (sudo rm -rf {at}), then try again."
REFUSED = "{at} may not be written by you. Make it yours (sudo chown -R $USER {at}), or try as its owner."
NO_WHEEL = (
    "The packages could not be installed: the registry has no wheel of {package} for Python {python} on {system}, and "
    "none is compiled here. Python 3.11 to 3.14 are tried; name another: make run PYTHON=/path/to/python3"
)


class CannotSetUp(Exception):
    """Said in one sentence, with what to do."""


def main() -> int:
    """Make the venv fit the requirements; the exit code is 1 after a failure that has been said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what checking and testing need")
    wanted = "requirements-dev.txt" if parser.parse_args().dev else "requirements.txt"
    try:
        with one_at_a_time():
            if not is_installed(wanted):
                require_writable()
                require_own_venv()
                make_venv(suitable_python())
                install(wanted)
    except CannotSetUp as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(why_refused(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def is_installed(wanted: str) -> bool:
    """Whether these very requirements are in the venv of this very folder."""
    try:
        return json.loads(STAMP.read_text()).get(wanted) == fingerprint(wanted)
    except (OSError, ValueError):
        return False


def fingerprint(wanted: str) -> str:
    """What the installed packages depend on: the pins, and where the venv is, for its scripts name that."""
    pins = [(ROOT / name).read_bytes() for name in sorted({"requirements.txt", wanted})]
    return hashlib.sha256(b"\0".join([*pins, os.fsencode(VENV)])).hexdigest()


def suitable_python() -> str:
    """This Python or, when it is too old, a newer one on the path."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for minor in range(NEWEST_TRIED[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    have = ".".join(map(str, sys.version_info[:3]))
    raise CannotSetUp(f"Python 3.11 or newer is needed; this is {have}. Name another: make run PYTHON=/path/to/python3")


def require_writable() -> None:
    """Say so when nothing can be made here, instead of letting each step fail in words of its own."""
    if not os.access(ROOT, os.W_OK):
        raise CannotSetUp(f"{ROOT} can't be written to. Clone it where you may write, then try again.")


def require_own_venv() -> None:
    """Say so when another user has made the venv: it could be neither mended nor replaced."""
    for made in (VENV, VENV / "bin", VENV / "lib"):
        if made.exists() and not os.access(made, os.R_OK | os.W_OK | os.X_OK):
            raise CannotSetUp(VENV_OF_ANOTHER.format(at=VENV))


def make_venv(python: str) -> None:
    """Make an empty venv with pip in it, by whatever way this machine has."""
    if (VENV / "bin" / "python").exists() and has_pip():
        return
    require_room()
    say("Making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if run([python, "-m", "venv", str(VENV)]).returncode == 0:
        return
    # Debian splits ensurepip off; its own pip, or virtualenv, can stand in.
    shutil.rmtree(VENV, ignore_errors=True)
    if run([python, "-m", "venv", "--without-pip", str(VENV)]).returncode == 0:
        run([python, "-m", "pip", "--python", str(VENV / "bin" / "python"), "install", "--quiet", "pip"])
    if not has_pip():
        shutil.rmtree(VENV, ignore_errors=True)
        run([python, "-m", "virtualenv", str(VENV)])
    if not has_pip():
        shutil.rmtree(VENV, ignore_errors=True)
        require_room()
        raise CannotSetUp("Python's venv is not complete here. On Debian or Ubuntu: apt-get install python3-venv")


def require_room() -> None:
    """Say so when the disk has less room than it takes."""
    if shutil.disk_usage(ROOT).free < ROOM_BYTES:
        raise CannotSetUp(f"The disk is full: about 3 GB are needed in {ROOT}. Free some space, then try again.")


def has_pip() -> bool:
    """Whether the venv can install packages."""
    return run([str(VENV / "bin" / "python"), "-m", "pip", "--version"]).returncode == 0


def install(wanted: str) -> None:
    """Install the pinned packages, as wheels only: no compiler is ever needed."""
    say("Installing the pinned packages (one to three minutes, the first time only)")
    with contextlib.suppress(FileNotFoundError):
        STAMP.unlink()
    options = ["--disable-pip-version-check", "--no-input", "--quiet", "--only-binary", ":all:", "--no-compile"]
    done = run([str(VENV / "bin" / "python"), "-m", "pip", "install", *options, "-r", str(ROOT / wanted)])
    if done.returncode != 0:
        raise CannotSetUp(why_pip_failed(done.stderr))
    # pip compiles on one core, and that takes a third of its time. What can't be compiled is some package's template.
    run([str(VENV / "bin" / "python"), "-m", "compileall", "-q", "-j", "0", str(VENV / "lib")])
    names = {"requirements.txt", wanted}
    STAMP.write_text(json.dumps({name: fingerprint(name) for name in names}))


def why_pip_failed(words: str) -> str:
    """Turn pip's last words into one sentence, with what helps against this very cause."""
    if "No space left on device" in words:
        return FULL
    if "Permission denied" in words or "Operation not permitted" in words:
        named = re.search(r"(?:denied|permitted): '([^']+)'", words)
        return REFUSED.format(at=named[1] if named else VENV)
    if "DO NOT MATCH THE HASHES" in words:
        return (
            "The packages could not be installed: one that came is not the one its index names (its hash differs). "
            "Empty pip's cache (.venv/bin/python -m pip cache purge), and see what stands between you and the registry."
        )
    errors = [line for line in words.splitlines() if line.startswith("ERROR:")] or words.strip().splitlines()[-1:]
    last = errors[-1].replace("ERROR: ", "") if errors else "pip gave no reason"
    missing = re.search(r"No matching distribution found for (\S+)", words)
    if missing and "Retrying (" not in words:  # the registry answered
        return NO_WHEEL.format(package=missing[1], python=platform.python_version(), system=system())
    return f"The packages could not be installed: {last}. Check the way to your package registry, then try again."


def why_refused(error: OSError) -> str:
    """Turn a refusal of the system into one sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    if error.errno in (errno.EACCES, errno.EPERM):
        return REFUSED.format(at=error.filename or ROOT)
    return f"{error.filename or ROOT} can't be used: {error.strerror}. See what is there, then try again."


def system() -> str:
    """This system, as a person calls it."""
    return f"{platform.system()} {platform.machine()}"


@contextlib.contextmanager
def one_at_a_time() -> Generator[None, None, None]:
    """Let `make run` and `make test`, started together, set up one after the other."""
    with (ROOT / "requirements.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program and keep what it says."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd=ROOT)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def say(line: str) -> None:
    """One line for the person who waits."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
