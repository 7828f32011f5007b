"""Names that nobody can guess, each in the form that Replicate gives it."""

from __future__ import annotations

import base64
import secrets
import uuid

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def new_job_id() -> str:
    """26 lower-case characters (130 bits), as predictions and trainings have."""
    return "".join(secrets.choice(_CROCKFORD) for _ in range(26))


def new_file_id() -> str:
    """A UUID in base64, as uploaded files have."""
    return base64.b64encode(str(uuid.uuid4()).encode()).decode()


def new_folder() -> str:
    """The unguessable part (256 bits) of an output's address: whoever knows it may download."""
    return secrets.token_urlsafe(32)
