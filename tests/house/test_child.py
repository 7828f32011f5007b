"""A process of the house: back after it dies, gone with all it started, and never outliving its keeper."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from portrait_app.adapters import logbook
from portrait_app.house import child as child_module
from portrait_app.house.child import MOST_DEATHS, Child, run_once
from portrait_app.house.failures import KeepsDying
from portrait_app.jobs.deaths import BEGINS_ANEW, VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 20.0
WITH_GRANDCHILD = """
import pathlib, subprocess, sys, time
from portrait_app.house import leash
leash.wear()
started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
unfinished = pathlib.Path(sys.argv[1] + ".part")
unfinished.write_text(str(started.pid))
unfinished.rename(sys.argv[1])
time.sleep(600)
"""
KEEPER = f"""
import os, pathlib, sys, time
from portrait_app.house.child import Child
command = [sys.executable, "-c", {WITH_GRANDCHILD!r}, sys.argv[1]]
child = Child("sleeper", command, os.environ, pathlib.Path(sys.argv[2]))
child.start()
print(child.pid, flush=True)
time.sleep(600)
"""


def sleeper(folder: Path) -> Child:
    command = [sys.executable, "-c", WITH_GRANDCHILD, str(folder / "grandchild")]
    return Child("sleeper", command, os.environ, folder / "log")


def until(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def grandchild_of(folder: Path) -> int:
    until((folder / "grandchild").exists, "the child did not start")
    return int((folder / "grandchild").read_text())


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_killed_process_is_started_again(tmp_path):
    child = sleeper(tmp_path)
    child.start()
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    news: list[str | None] = []
    until(lambda: news.append(child.tend()) or child.pid not in {None, first}, "not started again")
    assert any(line and "sleeper process was killed (signal 9)" in line for line in news)
    child.ask_to_end()
    child.end()


def test_ending_a_process_ends_what_it_started(tmp_path):
    child = sleeper(tmp_path)
    child.start()
    pid = child.pid
    assert pid is not None
    grandchild = grandchild_of(tmp_path)
    child.ask_to_end()
    child.end()
    assert is_gone(pid)
    until(lambda: is_gone(grandchild), "the grandchild stayed")


def test_one_that_keeps_dying_is_given_up_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr(child_module, "_LONGEST_PAUSE_SECONDS", 0.0)
    child = Child("broken", [sys.executable, "-c", "raise SystemExit('no such thing')"], os.environ, tmp_path / "log")
    child.start()
    deaths = 0
    with pytest.raises(KeepsDying) as given_up:  # noqa: PT012 -- it takes several rounds
        while deaths < MOST_DEATHS + 1:
            deaths += child.tend() is not None
            time.sleep(0.01)
    assert deaths == MOST_DEATHS - 1
    assert "broken" in given_up.value.hint
    assert "no such thing" in given_up.value.hint


def test_one_that_begins_anew_or_whose_database_was_away_has_not_died(tmp_path):
    for code, was_away in ((BEGINS_ANEW, False), (1, True)):
        log = tmp_path / f"{code}.log"
        child = Child("beginner", ["/bin/sh", "-c", f"echo ${VARIABLE}; exit {code}"], os.environ, log)
        child.start()

        def has_ended_often(child=child, log=log, was_away=was_away) -> bool:
            if was_away:
                child.excuse()
            child.tend()
            return len(log.read_text().split()) > MOST_DEATHS

        until(has_ended_often, "it was given up")
        child.end()
        assert set(log.read_text().split()) == {"0"}


def test_what_was_away_excuses_no_later_end(tmp_path, monkeypatch):
    monkeypatch.setattr(child_module, "_LONGEST_PAUSE_SECONDS", 0.0)
    child = Child("broken", ["/bin/sh", "-c", "exit 1"], os.environ, tmp_path / "log")
    child.start()
    child.excuse()
    with pytest.raises(KeepsDying):
        until(lambda: child.tend() and False, "it went on")


def test_nothing_outlives_a_keeper_that_is_killed(tmp_path):
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(tmp_path / "grandchild"), str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert keeper.stdout is not None
    pid = int(keeper.stdout.readline())
    grandchild = grandchild_of(tmp_path)
    keeper.kill()
    keeper.wait()
    keeper.stdout.close()
    until(lambda: is_gone(pid) and is_gone(grandchild), "somebody stayed")


def test_a_process_waits_for_the_keepers_go_and_its_successor_does_not(tmp_path):
    waits = "from portrait_app.house import leash; leash.wear(); leash.wait_for_go(); print('went', flush=True)"
    child = Child("waiter", [sys.executable, "-c", waits], os.environ, tmp_path / "log")
    child.start()
    assert child.tend() is None
    assert (tmp_path / "log").read_text() == ""
    child.let_go()

    def went_twice() -> bool:
        child.tend()
        return (tmp_path / "log").read_text().count("went") == 2

    until(went_twice, "it never went")
    child.ask_to_end()
    child.end()


def test_a_program_run_once_leaves_nothing_behind(tmp_path):
    leaves_one = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"
    assert run_once([sys.executable, "-c", leaves_one], os.environ, tmp_path / "log") == 0
    until(lambda: is_gone(int((tmp_path / "log").read_text())), "it stayed")


def test_a_log_that_has_grown_long_is_put_aside_while_its_process_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(child_module, "_LARGEST_LOG_BYTES", 1000)
    talks = "import time\nfor n in range(10**6): print('line', n, flush=True); time.sleep(0.001)"
    child = Child("talker", [sys.executable, "-c", talks], os.environ, tmp_path / "web.log")
    child.start()
    first, aside = child.pid, tmp_path / "web.old.log"
    until(lambda: child.tend() or (aside.exists() and (tmp_path / "web.log").stat().st_size > 0), "it only grew")
    assert child.pid == first
    assert aside.read_bytes().startswith(b"line 0\n")
    assert not (tmp_path / "web.log").read_bytes().startswith(b"\0")  # it goes on at the beginning
    child.ask_to_end()
    child.end()


def test_a_log_is_not_put_aside_while_somebody_is_blotted_out_of_it(tmp_path, monkeypatch):
    (tmp_path / "log").mkdir()
    log, aside = tmp_path / "log" / "web.log", tmp_path / "log" / "web.old.log"
    child = Child("sleeper", ["sleep", "600"], os.environ, log)
    child.start()
    monkeypatch.setattr(child_module, "_LARGEST_LOG_BYTES", 1000)
    log.write_bytes(b"said of ada@example.com\n" * 1000)
    mapped = logbook.mmap.mmap

    def and_the_keeper_comes_by(*given):
        text = mapped(*given)
        child.tend()
        assert not aside.exists()
        return text

    monkeypatch.setattr(logbook.mmap, "mmap", and_the_keeper_comes_by)
    logbook.blot_out(tmp_path, ["ada@example.com"])
    child.tend()
    child.ask_to_end()
    child.end()
    assert (aside.read_bytes(), log.read_bytes()) == ((b"said of " + b"-" * 15 + b"\n") * 1000, b"")


def test_a_death_of_long_ago_is_none_that_a_process_is_told_of(tmp_path, monkeypatch):
    monkeypatch.setattr(child_module, "WITHIN_SECONDS", 0.0)
    says = f"import os; print(os.environ[{VARIABLE!r}])"
    child = Child("dier", [sys.executable, "-c", says], os.environ, tmp_path / "log")
    until(lambda: child.tend() and "0\n0" in (tmp_path / "log").read_text(), "told of older ones")
    child.end()


def test_a_process_is_told_how_often_it_died_lately(tmp_path):
    says = f"import os; print(os.environ[{VARIABLE!r}])"
    child = Child("dier", [sys.executable, "-c", says], os.environ, tmp_path / "log")
    with pytest.raises(KeepsDying):
        until(lambda: child.tend() and False, "it went on")
    assert (tmp_path / "log").read_text().split() == [str(number) for number in range(MOST_DEATHS)]


def test_what_is_said_while_a_long_log_is_copied_is_put_aside_with_it(tmp_path, monkeypatch):
    log, aside = tmp_path / "web.log", tmp_path / "web.old.log"
    log.write_bytes(b"before\n")
    copy = child_module.shutil.copyfileobj

    def and_somebody_says_more(source, target):
        copy(source, target)
        with log.open("ab") as more:
            more.write(b"meanwhile\n")

    monkeypatch.setattr(child_module.shutil, "copyfileobj", and_somebody_says_more)
    with log.open("rb+") as held:
        child_module._put_aside(held, aside)
    assert (aside.read_bytes(), log.read_bytes()) == (b"before\nmeanwhile\n", b"")
