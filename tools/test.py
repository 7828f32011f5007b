"""Everything `make test` does once the packages are there: the browser, then checks and tests side by side."""

from __future__ import annotations

import os
import subprocess
import sys

from tools.chromium import provide

AT_ONCE = "3"
"""One more than cores, for the long stories mostly wait (tests/conftest.py); each worker collects every test anew."""


def main() -> int:
    """Run everything, whatever fails; the exit code is 1 when anything did."""
    print(f"Browser: {provide()}", flush=True)
    # Some fifty processes are started on the way, and each would compile the studio anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    checks = subprocess.Popen(
        [sys.executable, "-m", "tools.check"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    tests = subprocess.call([sys.executable, "-m", "pytest", "-n", AT_ONCE, "--no-loadscope-reorder"])
    said, _ = checks.communicate()
    print(said)
    return 1 if checks.returncode or tests else 0


if __name__ == "__main__":
    sys.exit(main())
