"""Structured logs: one line of JSON a fact, never a prompt, a photo's address, a password or a token."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up(level: str = "info") -> None:
    """Send every log of this process to standard error, one JSON object a line."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    # It logs whole events, and with them the request's headers and so the session's token. What an event's handler
    # raises reaches `web.voice`; what is left is an event whose handler doesn't exist.
    logging.getLogger("reflex_base.event.processor.event_processor").setLevel(logging.CRITICAL + 1)
