"""What stands in the way of a start is said in one sentence, and nothing is left behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from portrait_app.database.server.failures import FolderNotOurs
from portrait_app.house import folder as folder_module
from portrait_app.house.failures import AlreadyRunning, NoRoom, PortTaken
from portrait_app.house.folder import occupied
from portrait_app.house.listening import free_port, handed_down, inherited, listening

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def started(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, "PORTRAIT_DATA_DIR": str(folder), **variables}
    command = [sys.executable, "-m", "portrait_app", "run"]
    return subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, check=False)


def assert_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_a_busy_port_is_one_sentence_that_names_another(tmp_path, taken_port):
    assert_one_sentence(started(tmp_path, PORT=str(taken_port)), f"port {taken_port}", f"PORT={taken_port + 1}")


def test_a_wrong_variable_is_one_sentence_that_names_it(tmp_path):
    assert_one_sentence(started(tmp_path, PORT="three thousand"), "PORT")


def test_a_database_that_cannot_be_reached_is_one_sentence_before_anything_is_fetched(tmp_path):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: whoever calls is refused
        url = f"postgresql://me:secret@127.0.0.1:{nobody.getsockname()[1]}/studio"
        done = started(tmp_path, PORT=str(free_port()), DATABASE_URL=url)
    assert_one_sentence(done, "DATABASE_URL", "127.0.0.1/studio", "start again")
    assert "secret" not in done.stderr
    assert not (tmp_path / "models").exists()


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    assert_one_sentence(started(tmp_path / "file" / "var"), "PORTRAIT_DATA_DIR")


def test_a_folder_somebody_lives_in_is_refused_and_says_who(tmp_path):
    with occupied(tmp_path), pytest.raises(AlreadyRunning, match=str(os.getpid())), occupied(tmp_path):
        pass


def test_a_folder_is_free_again_after_the_last_process_of_a_killed_house(tmp_path):
    with occupied(tmp_path) as lock:
        straggler = subprocess.Popen(["sleep", "0.5"], pass_fds=[lock.fileno()])
        lock.seek(0)
        lock.truncate()
        lock.write("999999999")  # as if the keeper, which wrote its number here, were dead
        lock.flush()
    with occupied(tmp_path):
        assert straggler.poll() == 0


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FolderNotOurs), occupied(tmp_path / "file" / "var"):
        pass


def test_a_full_disk_is_said_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_module, "ROOM_MB", 1 << 40)
    with pytest.raises(NoRoom) as refused, occupied(tmp_path):
        pass
    assert "free some space" in refused.value.hint


def test_localhost_means_every_loopback_address_and_all_must_be_free(taken_port):
    with pytest.raises(PortTaken), listening("localhost", taken_port):
        pass


def test_handed_down_sockets_keep_visitors_waiting_instead_of_refusing_them(monkeypatch):
    with listening("127.0.0.1", 0) as sockets:
        port = sockets[0].getsockname()[1]
        visitor = socket.create_connection(("127.0.0.1", port))  # nobody serves yet
        copies = [socket.socket(fileno=os.dup(one.fileno())) for one in sockets]
        for name, value in handed_down(copies).items():
            monkeypatch.setenv(name, value)
        for one, copy in zip(inherited(), copies, strict=True):
            served, _ = one.accept()
            served.sendall(b"come in")
            served.close()
            one.close()
            copy.detach()
        assert visitor.recv(16) == b"come in"
        visitor.close()
