"""`python -m tests.chaos --jobs 500 --seed 7`: one run, with what went wrong, and how it ended."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
from pathlib import Path

from tests.chaos.ours import LOOKED_FOR_S
from tests.chaos.plan import Plan
from tests.chaos.run import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--calm", action="store_true", help="no faults and no kills")
    parser.add_argument("--silent", action="store_true", help="no webhook ever comes")
    parser.add_argument("--within", type=float, default=900, metavar="SECONDS", help="for more to end")
    parser.add_argument("--folder", type=Path, help="keep our processes' logs and bucket here")
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)  # noqa: T201 -- for the person at the terminal
    # A job listed too late is shown when its successor is paid for, and that waits its turn behind all the others.
    os.environ.setdefault(LOOKED_FOR_S, str(120 + max(0, chosen.jobs - 80)))
    with tempfile.TemporaryDirectory(prefix="chaos-") as scratch:
        folder = chosen.folder or Path(scratch) / "var"
        plan = Plan.of(chosen.seed, chosen.jobs, is_calm=chosen.calm, is_silent=chosen.silent)
        outcome = asyncio.run(run(folder, plan, within_s=chosen.within))
    missing = [f"never happened: {what}" for what in sorted(outcome.unmet) if not chosen.calm]
    print(outcome.told, *missing, *outcome.differences, sep="\n")  # noqa: T201 -- likewise
    return 1 if outcome.differences or missing else 0  # of what never happened, a run proves nothing


if __name__ == "__main__":
    sys.exit(main())
