"""What the service worker keeps: pages and their parts, and nothing that a route of ours answers for one person."""

from __future__ import annotations

import re
from pathlib import Path

from portrait_app.portrait_app import own_routes

WORKER = Path(__file__).resolve().parents[2] / "assets" / "service-worker.js"


def test_it_leaves_every_route_of_ours_alone() -> None:
    found = re.search(r"^const NOT_OURS = /(.+)/;$", WORKER.read_text(), re.MULTILINE)
    assert found
    left_alone = re.compile(found[1].replace(r"\/", "/"))
    assert [route.path for route in own_routes() if not left_alone.match(route.path)] == []
    assert not left_alone.match("/you/preferences")
