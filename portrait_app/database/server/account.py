"""The account Postgres runs under: ours, or another when we are root, which Postgres refuses to be."""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portrait_app.database.server.failures import DatabaseWontStart, FolderNotOurs

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Account:
    """A user and group, by number."""

    user: int
    group: int

    @classmethod
    def for_postgres(cls) -> Account:
        """Ourselves; for root `postgres` or `nobody`.

        Raises: DatabaseWontStart: root, on a machine with neither.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid)
        raise DatabaseWontStart("root cannot run Postgres, and there is neither a user `postgres` nor `nobody`")

    @property
    def to_spawn(self) -> dict[str, Any]:
        """What `subprocess` needs to start a program under it."""
        return {"user": self.user, "group": self.group, "extra_groups": []} if os.geteuid() == 0 else {}

    def claim(self, path: Path) -> None:
        """Make a file or folder its own and nobody else's; what belongs to a third user is refused, not taken over.

        Raises: FolderNotOurs: it belongs to a third user, or is a symbolic link.
        """
        status = path.lstat()
        if path.is_symlink() or status.st_uid not in {os.geteuid(), self.user}:
            raise FolderNotOurs(path, "belongs to another user")
        if status.st_uid != self.user:
            os.chown(path, self.user, self.group)
        path.chmod(0o700 if path.is_dir() else 0o600)

    def can_read(self, path: Path) -> bool:
        """Whether it reaches and may read a file."""
        return self._can("-r", path)

    def can_enter(self, folder: Path) -> bool:
        """Whether it reaches a folder by walking to it from the root."""
        return self._can("-x", folder)

    def _can(self, access: str, path: Path) -> bool:
        if os.geteuid() != 0:
            return True  # it is us, and what we made or found is ours
        return subprocess.call(["/usr/bin/test", access, str(path)], **self.to_spawn) == 0
