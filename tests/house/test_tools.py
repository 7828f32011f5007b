"""The set-up and the house's own rules."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portrait_app.web.reflex_client import CHANGES, OWN_PORT, PERFORMS
from tests.nobody import as_an_ordinary_user
from tools import bootstrap, check_source, chromium

ROOT = Path(__file__).resolve().parents[2]


def test_the_set_up_runs_on_a_bare_python():
    """No site packages and no environment: what a fresh machine has."""
    done = subprocess.run([sys.executable, "-I", "-S", str(ROOT / "tools" / "bootstrap.py"), "--help"], check=False)
    assert done.returncode == 0


def test_a_second_set_up_installs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "installed.json")
    assert not bootstrap.is_installed("requirements.txt")
    fingerprint = bootstrap.fingerprint("requirements.txt")
    bootstrap.STAMP.write_text(f'{{"requirements.txt": "{fingerprint}"}}')
    assert bootstrap.is_installed("requirements.txt")
    assert not bootstrap.is_installed("requirements-dev.txt")


def test_a_moved_clone_is_set_up_anew(monkeypatch, tmp_path):
    before = bootstrap.fingerprint("requirements.txt")
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    assert bootstrap.fingerprint("requirements.txt") != before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: [Errno 13] Permission denied: '/a/.venv/lib'", "sudo chown -R $USER /a/.venv/lib"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "its hash differs"),
        ("WARNING: x\nERROR: No matching distribution found for y==1", "no wheel of y==1 for Python"),
        ("WARNING: Retrying (Retry(total=4\nERROR: No matching distribution found for y==1", "Check the way to your"),
        ("", "no reason"),
    ],
)
def test_why_packages_did_not_install_is_one_sentence(words, said):
    sentence = bootstrap.why_pip_failed(words)
    assert said in sentence
    assert "\n" not in sentence


def test_a_venv_of_another_user_is_said_to_be_theirs_and_stays(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", Path(".venv"))
    Path(".venv/bin").mkdir(parents=True)
    Path(".venv").chmod(0o755)
    with as_an_ordinary_user():
        if os.access(".venv", os.W_OK):  # it is this user's own
            Path(".venv").chmod(0o555)
        with pytest.raises(bootstrap.CannotSetUp, match="another user"):
            bootstrap.require_own_venv()
    assert Path(".venv/bin").is_dir()


def test_a_disk_that_fills_up_during_the_set_up_is_one_sentence(monkeypatch, capsys):
    def is_full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sys, "argv", ["bootstrap.py"])
    monkeypatch.setattr(bootstrap, "is_installed", is_full)
    assert bootstrap.main() == 1
    assert capsys.readouterr().err == f"{bootstrap.FULL}\n"


@pytest.mark.parametrize(
    ("source", "breaches"),
    [
        ("def f(session): session.commit()", 1),
        ("class A(rx.State):\n    def shown(self): ...", 1),
        ("class A(rx.State):\n    async def shown(self): ...", 1),
        ("class A(rx.State):\n    @rx.event(background=True)\n    async def meant(self): ...", 0),
        ("class A(rx.State):\n    @rx.var\n    def meant(self): ...\n    def _hidden(self): ...", 0),
        ("class A:\n    def shown(self): ...", 0),
        ("rx.call_script('alert(1)')", 1),
        ("from reflex.event import call_function\ncall_function('alert')", 1),
        ("perform('page.toTop')", 0),
    ],
)
def test_the_house_rules_see_commits_and_open_doors(source, breaches, tmp_path):
    path = tmp_path / "module.py"
    path.write_text(source)
    assert len(check_source.breaches_in(path, tmp_path)) == breaches


@pytest.mark.parametrize(
    ("name", "source", "breaches"),
    [
        ("portrait_app/web/room.py", "rx.upload(id='photos')", 1),
        ("portrait_app/web/room.py", "rx.upload_files(upload_id='photos')", 1),
        ("portrait_app/web/room.py", "ui.upload(); bucket.upload(key)", 0),
        ("portrait_app/services/told.py", "session.execute(text('SELECT pg_notify(:channel, :what)'))", 1),
        ("portrait_app/services/told.py", "connection.execute('NOTIFY gossip')", 1),
        ("portrait_app/services/told.py", "connection.execute(f'LISTEN {channel}')", 1),
        ("portrait_app/services/told.py", "'Tell all who listen; they notify nobody.'", 0),
        ("portrait_app/database/news.py", "connection.execute(f'LISTEN {channel}')", 0),
    ],
)
def test_there_is_one_way_in_for_photos_and_one_channel_of_news(tmp_path, name, source, breaches):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert len(check_source.breaches_in(path, tmp_path)) == breaches


def test_the_client_performs_acts_in_place_of_running_text_and_another_client_is_noticed():
    script = 'event.name == "_call_script" ? eval(event.payload.javascript_code) : eval(event.payload.function)()'
    changed = PERFORMS.made_in(script)
    assert "eval(event.payload.javascript_code)" not in changed
    assert "window.perform(event.payload.javascript_code, addEvents)" in changed
    assert PERFORMS.made_in(changed) == changed
    with pytest.raises(LookupError):
        PERFORMS.made_in("another client")


@pytest.mark.parametrize(
    ("line", "breaches"),
    [
        ("import os  # noqa: F401", 1),
        ("import os  # noqa", 1),
        ("import os  # noqa: F401, E402", 1),
        ("import os  # type: ignore[import]", 1),
        ("import os  # pyright: ignore", 1),
        ("import os  # noqa: F401 --", 1),
        ("import os  # noqa: F401 -- others take it from here", 0),
        ("import os  # noqa: F401, E402 - likewise", 0),
        ("import os  # pyright: ignore[reportMissingImports]  # only there on Linux", 0),
        ("said = 'x  # noqa: F401'", 0),
    ],
)
def test_a_linter_is_silenced_for_a_reason_on_the_same_line(line, breaches, tmp_path):
    path = tmp_path / "module.py"
    path.write_text(f"{line}\n")
    assert len(check_source.breaches_in(path, tmp_path)) == breaches


@pytest.mark.parametrize(
    ("given", "breaches"),
    [
        ("[str(uuid4())]", 1),
        ("[pytest.param(1, id=f'at {datetime.now(UTC)}')]", 1),
        ("[1, 2], ids=[secrets.token_hex(4), 'two']", 1),
        ("{'one', 'two'}", 1),
        ("[name for name in set(NAMES)]", 1),
        ("sorted({time.time()})", 1),
        ("sorted({'one', 'two'})", 0),
        ("[lambda: uuid4()], ids=['made later']", 0),
        ("['uuid4()', UUID(int=1), timedelta(days=1)]", 0),
    ],
)
def test_names_of_tests_that_are_others_in_each_process_are_seen(tmp_path, given, breaches):
    path = tmp_path / "tests" / "test_one.py"
    path.parent.mkdir()
    path.write_text(f"@pytest.mark.parametrize('one', {given})\ndef test_one(one): ...\n")
    assert len(check_source.breaches_in(path, tmp_path)) == breaches


def test_playwright_is_not_started_where_the_system_has_a_chromium(tmp_path, monkeypatch):
    own = tmp_path / "chromium"
    own.write_text("#!/bin/sh\nexit 0\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "_of_playwright", pytest.fail)
    assert chromium.find() == own


def test_a_chromium_that_does_not_start_is_passed_over(tmp_path, monkeypatch):
    stub, own = tmp_path / "chromium", tmp_path / "playwrights"
    for path, code in ((stub, 1), (own, 0)):
        path.write_text(f"#!/bin/sh\nexit {code}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "MAC", str(tmp_path / "nowhere"))
    monkeypatch.setattr(chromium, "_of_playwright", lambda: own)
    assert chromium.find() == own


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_client_is_made_once(change):
    once = change.made_in(f"before\n{change.before}\nafter")
    assert once == f"before\n{change.after}\nafter"
    assert change.made_in(once) == once


def test_the_page_takes_its_port_from_where_it_was_loaded():
    script = "endpoint.hostname = frontend_hostname;\nrest"
    once = OWN_PORT.made_in(script)
    assert "endpoint.port = window.location.port" in once
    assert OWN_PORT.made_in(once) == once
    with pytest.raises(LookupError):
        OWN_PORT.made_in("another Reflex")
