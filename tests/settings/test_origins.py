"""Where our own pages come from, as browsers write it."""

from __future__ import annotations

import pytest

from portrait_app.adapters.passkeys import House
from portrait_app.settings import Settings, WrongSetting


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Portraits.Example.org:443/", "https://portraits.example.org"),
        ("https://portraits.example.org:8443", "https://portraits.example.org:8443"),
        ("http://localhost:80", "http://localhost"),
        ("HTTPS://portraits.example.org//", "https://portraits.example.org"),
        (" https://portraits.example.org ", "https://portraits.example.org"),
        ("https://B\u00fccher.example:8443/", "https://xn--bcher-kva.example:8443"),
        ("https://stra\u00dfe.example", "https://xn--strae-oqa.example"),
    ],
    ids=["capitals", "a-port", "its-usual-port", "a-loud-scheme", "spaces", "letters-of-a-language", "a-sharp-s"],
)
def test_an_address_that_is_written_in_its_own_way_is_still_ours(
    monkeypatch: pytest.MonkeyPatch, address: str, origin: str
) -> None:
    monkeypatch.setenv("APP_URL", address)
    assert origin in Settings.read().origins
    assert Settings.read().public_url == origin  # so every link, callback and policy fits what browsers say
    assert Settings.read().is_https == origin.startswith("https:")  # and with it the cookies' names
    assert House.at(Settings.read().public_url).origin == origin


def test_an_address_of_numbers_keeps_its_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    for written in ("http://[::1]:3000", "http://[0:0::1]:3000"):
        monkeypatch.setenv("APP_URL", written)
        assert "http://[::1]:3000" in Settings.read().origins


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://example.org/portraits", "a port, of its own"),
        ("https://ada:secret@example.org", "without a name or password"),
        ("https://portraits example.org", "the name of a host"),
        ("https://portraits.example.org;script-src *", "the name of a host"),
        ("https://*.example.org", "the name of a host"),
        ("http://127.1:3000", "the name of a host"),
        ("https://-\u00fc-.example", "the name of a host"),
    ],
    ids=["a-path", "a-password", "a-space", "a-policy", "a-star", "half-a-number", "no-name"],
)
def test_an_address_that_people_could_not_use_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setenv("APP_URL", address)
    with pytest.raises(WrongSetting) as refused:
        Settings.read()
    assert refused.value.hint.startswith("APP_URL: should ")
    assert said in refused.value.hint
    assert "secret" not in refused.value.hint
