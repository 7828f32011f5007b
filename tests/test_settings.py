"""What may be configured, and what is said of a value that can't be used."""

from __future__ import annotations

import pytest

from portrait_app.settings import Settings, WrongSetting


@pytest.fixture(autouse=True)
def nothing_else_is_configured(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("APP_URL", "DATABASE_URL", "PORT", "REPLICATE_API_TOKEN", "REPLICATE_BASE_URL", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "many"),
        ("PORT", "70000"),
        ("APP_URL", "portraits.example.org"),
        ("REPLICATE_BASE_URL", "notaurl"),
        ("DATABASE_URL", "garbage"),
        ("DATABASE_URL", "mysql://a:b@c/d"),
        ("DATABASE_URL", "postgresql://a:b@c:abc/d"),
        ("SECRET_KEY", "too short"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(WrongSetting) as refused:
        Settings.read()
    assert refused.value.hint.startswith(f"{variable}: ")


@pytest.mark.parametrize("variable", ["PORT", "DATABASE_URL", "REPLICATE_API_TOKEN", "SECRET_KEY", "APP_URL"])
def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    unset = Settings.read()
    monkeypatch.setenv(variable, "")
    assert Settings.read() == unset


def test_a_derived_key_is_of_its_purpose_alone(tmp_path) -> None:
    settings = Settings.read()
    assert settings.key_for("a") != settings.key_for("b")
    assert Settings.read().key_for("a") == settings.key_for("a")
    assert (tmp_path / "var/secrets/app.key").stat().st_mode & 0o777 == 0o600
