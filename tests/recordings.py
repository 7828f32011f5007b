"""What Replicate really said: recordings that are somebody else's, and lie outside this repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = "REPLICATE_RECORDINGS"
"""The variable that names their folder. It has openapi.json, cassettes/, bodies/ and logs/."""
RECORDINGS = Path(os.environ.get(FOLDER) or Path(__file__).parents[2] / "shared" / "replicate")
needed = pytest.mark.skipif(
    not RECORDINGS.is_dir(),
    reason=f"Replicate's recordings lie outside this repository: {FOLDER}=their folder runs this as well",
)
