"""`python -m tests.chaos.begin worker|web`: begins one of our own as the studio's command begins it."""

from __future__ import annotations

import pkgutil
import sys

from portrait_app.house import leash
from portrait_app.house.loading import unswept


def main(name: str) -> None:
    """Load one of the two as quickly as people's own is loaded, and run it as soon as it may go."""
    leash.wear()
    with unswept():
        ours = pkgutil.resolve_name("tests.chaos.ours")
        if name == "worker":
            pkgutil.resolve_name("portrait_app.jobs.worker")
    leash.wait_for_go()
    ours.shorten()
    {"worker": ours.work, "web": ours.web}[name]()


if __name__ == "__main__":
    main(sys.argv[1])
