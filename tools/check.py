"""Runs every check that needs no database and no browser, all of them even after a failure, and sums them up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS = {
    "lint": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "types": [BIN / "pyright"],
    "imports": [BIN / "lint-imports"],
    "house rules": [sys.executable, "-m", "tools.check_source"],
}


def main() -> int:
    """Run them; the exit code is 1 when any failed."""
    # pyright takes its Node from the venv, like everything else here.
    told = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    failed: list[str] = []
    for name, command in CHECKS.items():
        began = time.monotonic()
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
        print(f"{'ok' if done.returncode == 0 else 'FAILED':<7}{name:<12}{time.monotonic() - began:5.1f} s", flush=True)
        if done.returncode != 0:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
