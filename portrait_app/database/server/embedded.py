"""Runs a Postgres of our own inside a folder: made once, started or adopted, reachable only from this machine."""

from __future__ import annotations

import contextlib
import fcntl
import secrets
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import psutil
import psycopg

from portrait_app.database.server import postmaster, sockets
from portrait_app.database.server.account import Account
from portrait_app.database.server.binaries import Binaries, binaries_for, readable_by_others
from portrait_app.database.server.failures import DatabaseWontStart, DiskFull, WasKilled, explain

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_START_SECONDS = 60.0  # long, because recovery after a crash replays the log first
_STOP_SECONDS = 30.0
_LONGEST_PAUSE_SECONDS = 2.0  # between tries to start it
_POLL_SECONDS = 0.01
_ROOM_FOR_A_NEW_CLUSTER = 200 << 20
_SINCE_RELOCATABLE = 16
"""Older versions change folder to find themselves, and so lose a data folder known only as the current one."""
_CURRENT_FOLDER = "/proc/self/cwd"
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedServer:
    """One Postgres in one folder, shared by every process that asks for it.

    It speaks only through a Unix socket in a folder of mode 0700, and asks for a password even there. It outlives
    whoever started it: the next `start` adopts it.

    Args: folder: holds everything of it; made when missing. durable: False skips waiting for the disk, for tests.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "postgres.log"
        self._durable = durable
        self._data = self.folder / "data"
        self._sockets = sockets.folder_for(self.folder)
        self._password = self.folder / "superuser.password"
        self._account = Account.for_postgres()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Make sure it runs and answers; safe to call from many processes at once.

        One that ends as it starts is tried again a few times, one that is killed then many times.

        Returns: True when this call started it, False when it was already running and is adopted.
        Raises: DatabaseWontStart: or one of its kinds, each saying what to do.
        """
        tried = 0
        while True:
            try:
                return self._start_once()
            except DatabaseWontStart as error:
                tried += 1
                if tried >= error.tries:
                    raise
                time.sleep(min(0.1 * 2**tried, _LONGEST_PAUSE_SECONDS))

    def _start_once(self) -> bool:
        try:
            self._make_folder(self.folder)
            with self._locked():
                self._make_folder(self._sockets)
                pid = postmaster.serving(self._data)
                if pid is not None and self._comes_ready(pid):
                    return False
                if not (self._data / "PG_VERSION").exists():
                    self._make_cluster()
                if not self._comes_ready(self._launch()):
                    raise self._why_it_ended()
                return True
        except OSError as error:
            raise explain(str(error), self.folder) from error

    def stop(self) -> None:
        """End it, whoever started it: open transactions are rolled back, committed ones are on disk."""
        pid = postmaster.serving(self._data)
        if pid is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            process.send_signal(signal.SIGINT)  # Postgres' "fast" shutdown
            try:
                process.wait(_STOP_SECONDS)
            except psutil.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)  # at once; the next start replays its log
                process.wait(_STOP_SECONDS)
        self._reap()
        with self._locked(), contextlib.suppress(OSError):  # somebody may have started it again
            if self._sockets.parent != self.folder:
                self._sockets.rmdir()

    def is_running(self) -> bool:
        """Whether its main process lives."""
        return postmaster.serving(self._data) is not None

    def url(self, user: str, password: str, database: str) -> str:
        """A libpq address for a role of it."""
        return (
            f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@/{quote(database, safe='')}"
            f"?host={quote(str(self._sockets), safe='')}"
        )

    def superuser_url(self, database: str) -> str:
        """The superuser's address of a database: for making roles, databases and migrations, nothing else."""
        return self.url("postgres", self._password.read_text(), database)

    @property
    def admin_url(self) -> str:
        """The superuser's address of the database `postgres`."""
        return self.superuser_url("postgres")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- the folder

    def _make_folder(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        self._account.claim(folder)

    @contextlib.contextmanager
    def _locked(self) -> Generator[None]:
        with (self.folder / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # --- making and starting

    def _make_cluster(self) -> None:
        if shutil.disk_usage(self.folder).free < _ROOM_FOR_A_NEW_CLUSTER:
            raise DiskFull(self.folder)
        if not self._password.exists():
            self._password.touch(mode=0o600)
            self._password.write_text(secrets.token_urlsafe(32))
        self._account.claim(self._password)
        unfinished = self.folder / "data.unfinished"  # renamed when whole, so a crash leaves no half-made cluster
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._account.claim(unfinished)
        options = ["--username=postgres", "--pwfile=../superuser.password", "--auth=scram-sha-256"]
        options += ["--encoding=UTF8", *_locale(), *([] if self._durable else ["--no-sync"])]
        if self._spawn("initdb", unfinished, options).wait() != 0:
            raise explain(self._last_words(), self.folder)
        unfinished.rename(self._data)

    def _launch(self) -> int:
        postmaster.forget_killed(self._data, self._sockets)
        self._reap()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": "../socket" if self._sockets.parent == self.folder else str(self._sockets),
            "unix_socket_permissions": "0700",
            "shared_buffers": "64MB",
            "log_checkpoints": "off",
            "log_error_verbosity": "terse",  # no values of rows: they are somebody's address, or id
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = self._spawn("postgres", self._data, options)
        return self._process.pid

    def _spawn(self, program: str, data: Path, options: list[str]) -> subprocess.Popen[bytes]:
        """Start one of Postgres' programs over a data folder; as root, under the account that owns the folder."""
        is_hidden = not self._account.can_enter(self.folder)  # below /root, say: reached without walking there
        binaries = self._binaries(_SINCE_RELOCATABLE if is_hidden else 0)
        where = _CURRENT_FOLDER if is_hidden else str(data)
        with self.log.open("ab") as log:
            return subprocess.Popen[bytes](
                [str(binaries.folder / program), "-D", where, *options],
                cwd=data,  # changed to before the account is, so root's permission counts
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is the supervisor's to answer
                **self._account.to_spawn,
            )

    def _binaries(self, oldest: int) -> Binaries:
        made_by = self._data / "PG_VERSION"
        binaries = binaries_for(int(made_by.read_text()) if made_by.exists() else None, oldest)
        if self._account.can_read(binaries.folder / "postgres"):
            return binaries
        return readable_by_others(binaries)

    def _comes_ready(self, pid: int) -> bool:
        """Wait until it answers; False when it ends instead, as one does that was killed a moment ago."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._has_ended(pid):
                return False
            if postmaster.says_ready(self._data, pid) and self._answers():
                return True
            time.sleep(_POLL_SECONDS)
        raise DatabaseWontStart(f"not ready after {_START_SECONDS:.0f} s: {self._last_words()}")

    def _reap(self) -> None:
        """Take notice of our own child's end, so that no zombie stays."""
        if self._process is not None:
            self._process.wait()

    def _has_ended(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is not None  # our own child; it becomes Postgres only a moment after its birth
        return not postmaster.works_in(self._data, pid)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.admin_url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _why_it_ended(self) -> DatabaseWontStart:
        code = self._process.wait() if self._process is not None else 0
        return WasKilled(-code) if code < 0 else explain(self._last_words(), self.folder)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-6:])


def _locale() -> list[str]:
    return ["--locale=C", "--lc-ctype=UTF-8"] if sys.platform == "darwin" else ["--locale=C.UTF-8"]
