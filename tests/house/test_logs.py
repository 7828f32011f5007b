"""Whatever a process of the house has to say is one JSON object a line, whoever says it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SET_UP = """
import logging, warnings
import structlog
from portrait_app import logs
logs.set_up()
"""


def said_by(program: str, stderr: Any = subprocess.PIPE) -> list[dict[str, Any]]:
    """Run a program after the logs were set up; return what it logged."""
    command = [sys.executable, "-c", SET_UP + program]
    done = subprocess.run(command, stderr=stderr, text=True, check=True, cwd=Path(__file__).parents[2])
    return [json.loads(line) for line in (done.stderr or "").splitlines()]


def test_a_fact_is_an_object_with_its_level_and_its_moment() -> None:
    (fact,) = said_by("structlog.get_logger('portrait_app.jobs').info('job.heard', job='j1')")
    assert (fact["event"], fact["level"], fact["job"]) == ("job.heard", "info", "j1")
    assert fact["timestamp"].endswith("Z")


def test_what_a_library_warns_of_is_an_object_that_names_the_library() -> None:
    (fact,) = said_by("logging.getLogger('reflex.app').warning('Sent to %s', 'nobody')")
    assert (fact["event"], fact["level"], fact["logger"]) == ("Sent to nobody", "warning", "reflex.app")


def test_what_a_library_merely_mentions_is_not_written_down() -> None:
    assert said_by("logging.getLogger('httpx').info('GET https://engine/secret')") == []


def test_the_websockets_server_has_no_voice_of_its_own() -> None:
    (fact,) = said_by(
        "import engineio, socketio\n"
        "socketio.AsyncServer(async_mode='asgi')\n"
        "logging.getLogger('engineio.server').error('it broke')"
    )
    assert (fact["event"], fact["logger"]) == ("it broke (0 more before)", "engineio.server")


def test_however_many_odd_frames_a_stranger_sends_the_log_has_one_short_line_in_a_while() -> None:
    said = said_by(
        "logs.set_up()\n"
        "import engineio, socketio\n"
        "server = socketio.AsyncServer(async_mode='asgi')\n"
        "def odd(moment):\n"
        "    logs.time.monotonic = lambda: moment\n"
        "    for frame in range(1000):\n"
        "        try:\n"
        "            int('x')\n"
        "        except ValueError:\n"
        "            logging.getLogger('engineio.server').exception('message async handler error')\n"
        "odd(10_000.0)\n"
        "odd(10_061.0)"
    )
    assert [fact["event"] for fact in said] == [
        "message async handler error: ValueError at <string>:13 (0 more before)",
        "message async handler error: ValueError at <string>:13 (999 more before)",
    ]
    assert not any("exception" in fact for fact in said)


def test_of_connections_that_name_nobody_one_is_said_in_a_while_and_what_else_is_said_stays() -> None:
    said = said_by(
        "for sid in range(9):\n"
        "    logging.getLogger('reflex.app').warning(f'No token provided in connection for session {sid}')\n"
        "    logging.getLogger('reflex.app').warning('another')"
    )
    assert [fact["event"] for fact in said].count("another") == 9
    assert len(said) == 10


@pytest.mark.parametrize("logger", ["logging.getLogger('x')", "structlog.get_logger()"], ids=["library", "house"])
def test_an_exception_stays_on_its_line(logger: str) -> None:
    (fact,) = said_by(f"try:\n    1 / 0\nexcept ZeroDivisionError:\n    {logger}.error('broke', exc_info=True)")
    assert fact["exception"].splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_pythons_own_warnings_are_objects_too() -> None:
    (fact,) = said_by("warnings.warn('soon gone', UserWarning)")
    assert "soon gone" in fact["event"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_log_on_a_full_disk_stops_nobody() -> None:
    with Path("/dev/full").open("w") as full:
        program = "structlog.get_logger('portrait_app.jobs').info('job.heard')\nprint('went on')"
        command = [sys.executable, "-c", SET_UP + program]
        # Its exit code may be 120: what Python could not write it tries to write once more at its end.
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, check=False, cwd=Path(__file__).parents[2])
    assert done.stdout == b"went on\n"


def test_a_frame_that_breaks_its_connection_is_one_short_line_and_what_breaks_a_page_keeps_all_of_its_own() -> None:
    said = said_by(
        "import engineio.packet\n"
        "def breaks(do):\n"
        "    try:\n"
        "        do()\n"
        "    except ValueError:\n"
        "        logging.getLogger('uvicorn.error').exception('Exception in ASGI application')\n"
        "for _ in range(1000):\n"
        "    breaks(lambda: engineio.packet.Packet(encoded_packet='garbage'))\n"
        "breaks(lambda: int('x'))"
    )
    odd, page = said
    assert odd["event"].startswith("Exception in ASGI application: ValueError at ")
    assert "exception" not in odd
    assert "Traceback" in page["exception"]
