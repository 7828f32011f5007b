"""The official JavaScript client, and its check of webhooks, agree with the darkroom."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.darkroom.running import PHOTOS, ROOT, TOKEN

if TYPE_CHECKING:
    from tests.darkroom.running import RunningDarkroom

HERE = Path(__file__).with_name("js")
BIN = Path(sys.executable).parent
ENVIRONMENT = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "REPLICATE_API_TOKEN": TOKEN}
CACHE = ROOT / "var" / "cache" / "js-client"


@pytest.fixture
def modules() -> Path:
    """A folder with the pinned client in its node_modules; installed once, kept under var/."""
    pinned = json.loads((HERE / "package.json").read_text())["dependencies"]["replicate"]
    folder = CACHE / pinned
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=CACHE))
        shutil.copy(HERE / "package.json", fresh)
        install = ["npm", "install", "--no-package-lock", "--omit=optional", "--no-audit", "--no-fund"]
        subprocess.run([BIN / install[0], *install[1:]], cwd=fresh, env=ENVIRONMENT, check=True, timeout=120)
        fresh.rename(folder)
    return folder


async def test_the_official_javascript_client_lives_the_whole_story(darkroom: RunningDarkroom, modules: Path) -> None:
    told = await run_node(str(HERE / "story.mjs"), str(modules), darkroom.base, stdin=PHOTOS)
    story: dict[str, Any] = json.loads(told)
    assert story["account"] == "darkroom"
    assert story["refusal"] == {"status": 409}
    assert story["file"] == {"metadata": {"from": "javascript"}, "size": len(PHOTOS)}
    assert story["training"]["status"] == "succeeded"
    assert "darkroom_train: 100%" in story["training"]["logs"]
    assert story["prediction"] == {"status": "succeeded", "outputs": 2}
    assert story["picture"] == {"isPng": True, "count": 2}
    assert story["ids"]["prediction"] in story["listed"]
    assert story["streamed"] == ["output", "output", "done"]
    assert len(story["listed"]) == 3
    assert all(heard["isValid"] and not heard["isForged"] for heard in story["heard"])
    of_prediction = [heard for heard in story["heard"] if heard["id"] == story["ids"]["prediction"]]
    assert (of_prediction[-1]["status"], of_prediction[-1]["outputs"]) == ("succeeded", 2)


async def run_node(*arguments: str, stdin: bytes) -> str:
    """Run the virtual environment's own Node; what it printed."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        str(BIN / "node"), *arguments, env=ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=pipe
    )
    out, err = await asyncio.wait_for(process.communicate(stdin), 60)
    assert process.returncode == 0, err.decode()
    return out.decode()
