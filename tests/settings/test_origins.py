"""Where our own pages come from, as browsers write it."""

from __future__ import annotations

import pytest

from portrait_app.adapters.passkeys import House
from portrait_app.settings import Settings


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Portraits.Example.org:443/", "https://portraits.example.org"),
        ("https://portraits.example.org:8443", "https://portraits.example.org:8443"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_an_address_that_is_written_in_its_own_way_is_still_ours(
    monkeypatch: pytest.MonkeyPatch, address: str, origin: str
) -> None:
    monkeypatch.setenv("APP_URL", address)
    assert origin in Settings.read().origins
    assert House.at(Settings.read().public_url).origin == origin


def test_an_address_of_numbers_keeps_its_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_URL", "http://[::1]:3000")
    assert "http://[::1]:3000" in Settings.read().origins
