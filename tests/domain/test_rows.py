"""What every row has."""

from __future__ import annotations

import pytest

from portrait_app.domain.rows import identified, new_id
from portrait_app.errors import NotFound

AN_ID = "7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f"


@pytest.mark.parametrize("sent", ["", "1", "../etc", "\0", "x" * 5000, f"{AN_ID}'"])
def test_of_what_is_no_id_there_is_nothing(sent: str) -> None:
    with pytest.raises(NotFound):
        identified(sent)


def test_an_id_is_read_as_it_was_written() -> None:
    made = new_id()
    assert identified(str(made)) == made
