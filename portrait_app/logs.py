"""Structured logs: one line of JSON a fact, never a prompt, a photo's address, a password or a token."""

from __future__ import annotations

import logging

import structlog

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
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).setLevel(logging.ERROR)
    # It logs whole events, and with them the request's headers and so the session's token. What an event's handler
    # raises reaches `web.voice`; what is left is an event whose handler doesn't exist.
    logging.getLogger("reflex_base.event.processor.event_processor").setLevel(logging.CRITICAL + 1)
