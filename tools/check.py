"""Runs every check that needs no browser, all of them even after a failure, and sums them up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS = {
    "lint": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "types": [BIN / "pyright"],
    "imports": [BIN / "lint-imports"],
    "house rules": [sys.executable, "-m", "tools.check_source"],
    "walls": [sys.executable, "-m", "tools.check_walls"],
}


def main() -> int:
    """Run them side by side; the exit code is 1 when any failed."""
    with ThreadPoolExecutor() as threads:
        outcomes = list(threads.map(_passes, CHECKS))
    return 0 if all(outcomes) else 1


def _passes(name: str) -> bool:
    # pyright takes its Node from the venv, like everything else here.
    told = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    began = time.monotonic()
    done = subprocess.run(CHECKS[name], env=told, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    complaint = "" if done.returncode == 0 else f"\n{done.stdout}{done.stderr}"
    print(f"{verdict:<7}{name:<12}{time.monotonic() - began:5.1f} s{complaint}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
