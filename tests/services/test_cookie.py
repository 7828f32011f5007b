"""Finding the session's token among whatever cookies this host has."""

from __future__ import annotations

import pytest

from portrait_app.services.cookie import token_in


@pytest.mark.parametrize(
    "header",
    ["session=abc", 'prefs={"a":1}; session=abc', "a b=1; session=abc", "k[]=1;session=abc", "x=é; session=abc ; y=1"],
)
def test_an_odd_cookie_of_somebody_else_does_not_sign_a_person_out(header: str) -> None:
    assert token_in(header) == "abc"


@pytest.mark.parametrize("header", ["", "session", "sessions=abc", "a=session=abc"])
def test_no_session_cookie_is_no_token(header: str) -> None:
    assert token_in(header) == ""
