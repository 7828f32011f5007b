"""Structured logs: one line of JSON a fact, never a prompt, a photo's address, a password or a token."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path

import structlog

ODD_FRAMES_SAID_EVERY_S = 60.0
_GIVE_THEMSELVES_A_HANDLER = ("engineio.server", "socketio.server")  # as long as nobody has given them a level


def set_up(level: str = "info") -> None:
    """Send every log of this process, the libraries' too, to standard error, one JSON object a line.

    It goes through the standard library, whose handlers swallow their own errors: the log may lie on a disk that is
    full. Of libraries only warnings are heard; at `info` httpx would write down addresses.
    """
    every = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[*every, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *every],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("portrait_app").setLevel(level.upper())
    _quieten()


def _quieten() -> None:
    for name in _GIVE_THEMSELVES_A_HANDLER:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.setLevel(logging.ERROR)
        _Seldom().stand_before(library)
    _Seldom("No token provided").stand_before(logging.getLogger("reflex.app"))
    # A frame whose first letter is no digit breaks the whole connection: it is the web server that hears of that.
    _Seldom(raised_in="engineio").stand_before(logging.getLogger("uvicorn.error"))
    # It logs whole events, and with them the request's headers and so the session's token. What an event's handler
    # raises reaches `web.voice`; what is left is an event whose handler doesn't exist.
    logging.getLogger("reflex_base.event.processor.event_processor").setLevel(logging.CRITICAL + 1)


def _frames(record: logging.LogRecord) -> traceback.StackSummary:
    """Return where its exception came through, the innermost last; nothing when it is about none."""
    return traceback.extract_tb(record.exc_info[2] if record.exc_info else None)


def _where(record: logging.LogRecord) -> str:
    """Say in some words what a traceback says in thirty lines."""
    kind, frames = record.exc_info[0] if record.exc_info else None, _frames(record)
    return f": {kind.__name__} at {frames[-1].filename}:{frames[-1].lineno}" if kind and frames else ""


class _Seldom(logging.Filter):
    """Lets one line pass in a while, without its traceback.

    Anybody may send a websocket what it can't read, as often as they like; their frames shall not fill the disk.

    Args: about: how its lines begin. raised_in: the package in which what they are about was raised.
    """

    def __init__(self, about: str = "", *, raised_in: str = "") -> None:
        super().__init__()
        self._about, self._raised_in = about, raised_in
        self._unsaid, self._said_at = 0, -ODD_FRAMES_SAID_EVERY_S

    def stand_before(self, logger: logging.Logger) -> None:
        """Take the place of an earlier one: logs are set up again when a process has its settings."""
        logger.filters = [each for each in logger.filters if not isinstance(each, _Seldom)]
        logger.addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this one is said; it then tells how many weren't."""
        if not self._is_meant(record):
            return True
        if time.monotonic() - self._said_at < ODD_FRAMES_SAID_EVERY_S:
            self._unsaid += 1
            return False
        record.msg = f"{record.getMessage()}{_where(record)}"[:200] + f" ({self._unsaid} more before)"
        record.args = record.exc_info = record.exc_text = None
        self._unsaid, self._said_at = 0, time.monotonic()
        return True

    def _is_meant(self, record: logging.LogRecord) -> bool:
        if self._raised_in:
            frames = _frames(record)
            return bool(frames) and self._raised_in in Path(frames[-1].filename).parts
        return str(record.msg).startswith(self._about)
