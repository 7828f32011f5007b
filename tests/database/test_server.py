"""The embedded Postgres: one of it, whoever asks; back after every kind of death; plain words when it can't."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import subprocess
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import psutil
import psycopg
import pytest

from portrait_app.database.server import EmbeddedServer, embedded
from portrait_app.database.server.account import Account
from portrait_app.database.server.binaries import binaries_for
from portrait_app.database.server.failures import (
    DatabaseWontStart,
    DiskFull,
    FolderNotOurs,
    NoSuitablePostgres,
    WasKilled,
    explain,
)

RACERS = 4


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A server made once for this module; each test leaves it running or startable."""
    server = EmbeddedServer(tmp_path_factory.mktemp("server") / "postgres", durable=False)
    server.start()
    yield server
    server.stop()


def pid_of(server: EmbeddedServer) -> int:
    return int((server.folder / "data" / "postmaster.pid").read_text().split()[0])


def answer(server: EmbeddedServer) -> int:
    with psycopg.connect(server.admin_url) as connection:
        row = connection.execute("SELECT 42").fetchone()
    assert row is not None
    return row[0]


def start_in(folder: Path) -> tuple[bool, int]:
    server = EmbeddedServer(folder, durable=False)
    return server.start(), pid_of(server)


def test_racing_processes_share_one_postmaster(tmp_path):
    folder = tmp_path / "postgres"
    with ProcessPoolExecutor(RACERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        outcomes = list(pool.map(start_in, [folder] * RACERS))
    try:
        assert sorted(started for started, _ in outcomes) == [False] * (RACERS - 1) + [True]
        assert len({pid for _, pid in outcomes}) == 1
    finally:
        EmbeddedServer(folder).stop()  # it outlived the processes that asked for it, and anybody may end it
    assert not EmbeddedServer(folder).is_running()


def test_a_running_server_is_adopted(made):
    made.start()
    before = pid_of(made)
    assert EmbeddedServer(made.folder).start() is False
    assert pid_of(made) == before


def test_it_comes_back_after_kill_9(made):
    made.start()
    os.kill(pid_of(made), signal.SIGKILL)
    assert made.start() is True
    assert answer(made) == 42


def test_it_is_started_again_when_it_is_killed_as_it_starts(made, monkeypatch):
    made.stop()
    launch, left = made._launch, [True, True]

    def and_somebody_kills_it():
        pid = launch()
        if left:
            left.pop()
            os.kill(pid, signal.SIGKILL)
        return pid

    monkeypatch.setattr(made, "_launch", and_somebody_kills_it)
    assert made.start() is True
    assert (left, answer(made)) == ([], 42)


def test_one_that_is_killed_at_each_start_or_ends_by_its_own_word_is_given_up_in_words(made, monkeypatch):
    monkeypatch.setattr(embedded, "_LONGEST_PAUSE_SECONDS", 0.0)
    made.stop()
    for ends, words, tries in (("kill -9 $$", "signal 9", WasKilled.tries), ("exit 1", "postgres.log", 6)):
        started = []

        def spawn(*_, ends=ends, started=started):
            started.append(subprocess.Popen(["/bin/sh", "-c", ends]))
            return started[-1]

        monkeypatch.setattr(made, "_spawn", spawn)
        with pytest.raises(DatabaseWontStart) as given_up:
            made.start()
        assert words in given_up.value.hint
        assert len(started) == tries


def test_a_stale_pid_file_that_names_a_living_stranger_is_not_believed(made):
    made.stop()
    (made.folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert not made.is_running()
    assert made.start() is True


def test_an_interrupted_first_start_is_made_anew(tmp_path):
    unfinished = tmp_path / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("15")
    with EmbeddedServer(tmp_path / "postgres", durable=False) as server:
        assert answer(server) == 42


def test_a_wrong_password_is_refused(made):
    made.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(made.url("postgres", "guess", "postgres"))


def test_nobody_else_can_reach_the_socket_and_nothing_listens_on_tcp(made):
    made.start()
    assert stat.S_IMODE((made.folder / "socket").stat().st_mode) == 0o700
    listening = [it for it in psutil.Process(pid_of(made)).net_connections("tcp") if it.status == psutil.CONN_LISTEN]
    assert listening == []


def test_a_data_folder_deeper_than_a_socket_path_may_be_long_works(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with EmbeddedServer(deep, durable=False) as server:
        (_, where) = server.admin_url.split("?host=")
        elsewhere = Path(unquote(where))
        assert answer(server) == 42
        assert not elsewhere.is_relative_to(tmp_path)
    assert not elsewhere.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that Postgres' own account cannot reach")
def test_root_may_keep_its_data_where_postgres_cannot_walk(tmp_path):
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    with EmbeddedServer(hidden / "postgres", durable=False) as server:
        assert answer(server) == 42
        assert psutil.Process(pid_of(server)).uids().effective != 0


def test_a_symlink_in_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(FolderNotOurs):
        Account.for_postgres().claim(tmp_path / "link")


def test_data_of_a_version_that_is_not_installed_is_named_and_not_touched(tmp_path):
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(NoSuitablePostgres) as refused:
        EmbeddedServer(tmp_path / "postgres").start()
    assert "It needs Postgres 12" in refused.value.hint
    assert binaries_for(None).version >= 15


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("FATAL:  could not write lock file: No space left on device", DiskFull),
        ("initdb: error: could not create directory: Permission denied", FolderNotOurs),
    ],
)
def test_last_words_are_understood(words, kind, tmp_path):
    assert type(explain(words, tmp_path)) is kind
