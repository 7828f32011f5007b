"""What may be configured, and what is said of a value that can't be used."""

from __future__ import annotations

import pytest

from portrait_app import settings_words
from portrait_app.settings import Settings, WrongSetting


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "many"),
        ("PORT", "70000"),
        ("APP_URL", "portraits.example.org"),
        ("APP_URL", "https://portraits.example.org/?a=b"),
        ("APP_URL", "https://portraits.example.org/#a"),
        ("APP_URL", "https://portraits.example.org?"),
        ("REPLICATE_BASE_URL", "notaurl"),
        ("DATABASE_URL", "garbage"),
        ("DATABASE_URL", "mysql://a:b@c/d"),
        ("DATABASE_URL", "postgresql://a:b@c:abc/d"),
        ("SECRET_KEY", "too short"),
        ("LOG_LEVEL", "loud"),
        ("REPLICATE_TRAINER", "darkroom"),
        ("REPLICATE_TRAINER", "sdxl"),
        ("OIDC_ISSUER", "login.example.org"),
        ("OIDC_ISSUER", "http://login.example.org"),
        ("SIGN_UP", "friends"),
        ("TWO_STEPS", "yes"),
        ("SMTP_PORT", "0"),
        ("SMTP_FROM", "Portrait Studio <studio@example.org>"),
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


def test_the_trainer_is_chosen_among_those_of_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.read().trainer == "darkroom"
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_token")
    assert Settings.read().trainer == "flux-dev"
    monkeypatch.setenv("REPLICATE_TRAINER", "qwen")
    assert Settings.read().trainer == "qwen"
    monkeypatch.setenv("REPLICATE_TRAINER", "sdxl")
    with pytest.raises(WrongSetting) as refused:
        Settings.read()
    assert "REPLICATE_TRAINER: should be one of flux-dev, fast-flux, qwen." in refused.value.hint


def test_a_webhook_secret_that_can_sign_nothing_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("abc", "whsec_", "whsec_not base64", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,abc", ", ,"):
        monkeypatch.setenv("REPLICATE_WEBHOOK_SECRET", wrong)
        with pytest.raises(WrongSetting) as refused:
            Settings.read()
        assert "REPLICATE_WEBHOOK_SECRET: should be whsec_ and base64" in refused.value.hint
        assert "abc" not in str(refused.value) + refused.value.hint
    monkeypatch.setenv(
        "REPLICATE_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, whsec_C2FVsBQIhrscChlQIMV+b5sS,"
    )
    assert Settings.read().replicate_webhook_secret


def test_what_is_local_wins_over_the_file_and_the_environment_over_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    (tmp_path / ".env").write_text("PORT=4001\nLOG_LEVEL=debug\nREPLICATE_API_TOKEN=from-env\n")
    (tmp_path / ".env.local").write_text("PORT=4002\nREPLICATE_API_TOKEN=from-local\n")
    settings = Settings.read()
    assert (settings.port, settings.log_level, settings.engine_token) == (4002, "debug", "from-local")
    monkeypatch.setenv("PORT", "4003")
    assert Settings.read().port == 4003


def test_the_older_name_of_the_address_is_read_and_the_newer_one_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXT_PUBLIC_APP_URL", "https://old.example.org")
    assert Settings.read().public_url == "https://old.example.org"
    monkeypatch.setenv("APP_URL", "https://new.example.org/")
    assert Settings.read().public_url == "https://new.example.org"


@pytest.mark.parametrize(
    ("first", "second", "environment", "expected"),
    [
        ("APP_URL=https://env", "NEXT_PUBLIC_APP_URL=https://local", {}, "https://local"),
        ("NEXT_PUBLIC_APP_URL=https://env", "APP_URL=https://local", {}, "https://local"),
        ("APP_URL=https://env", "NEXT_PUBLIC_APP_URL=", {}, "https://env"),
        ("APP_URL=https://env", "PORT=4000", {}, "https://env"),
        ("NEXT_PUBLIC_APP_URL=https://old\nAPP_URL=https://new", "", {}, "https://new"),
        ("APP_URL=https://env", "APP_URL=https://local", {"NEXT_PUBLIC_APP_URL": "https://said"}, "https://said"),
    ],
)
def test_where_the_address_stands_decides_before_what_it_is_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path, *, first: str, second: str, environment: dict[str, str], expected: str
) -> None:
    (tmp_path / ".env").write_text(first)
    (tmp_path / ".env.local").write_text(second)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings.read().public_url == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://portraits.example.org", "https://portraits.example.org/api/webhook"),
        ("https://portraits.example.org:8443/", "https://portraits.example.org:8443/api/webhook"),
        ("https://93.184.215.14", "https://93.184.215.14/api/webhook"),
        ("http://portraits.example.org", None),  # its news would travel in the open
        ("https://localhost:3000", None),
        ("https://localhost.", None),
        ("https://studio.local.:8443", None),
        ("https://127.0.0.1.", None),
        ("https://portraits.example.org.", "https://portraits.example.org./api/webhook"),
        ("https://studio", None),
        ("https://studio.local", None),
        ("https://127.0.0.1:3000", None),
        ("https://192.168.1.10", None),
        ("https://10.0.0.1", None),
        ("https://[::1]:3000", None),
        ("https://[fd00::1]", None),
        ("", None),
    ],
)
def test_replicate_is_asked_for_webhooks_only_where_it_can_reach_us(
    monkeypatch: pytest.MonkeyPatch, address: str, expected: str | None
) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_token")
    monkeypatch.setenv("APP_URL", address)
    assert Settings.read().webhook_url == expected


def test_the_built_in_engine_brings_its_news_over_this_machine() -> None:
    assert Settings.read().webhook_url == "http://127.0.0.1:3000/api/webhook"


@pytest.mark.parametrize(
    ("variable", "missing"),
    [
        ("OIDC_ISSUER", "OIDC_CLIENT_ID"),
        ("OIDC_CLIENT_SECRET", "OIDC_ISSUER"),
        ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
        ("GITHUB_CLIENT_SECRET", "GITHUB_CLIENT_ID"),
    ],
)
def test_a_provider_of_which_something_is_missing_is_refused_by_the_missing_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, missing: str
) -> None:
    monkeypatch.setenv(variable, "https://login.example.org")
    with pytest.raises(WrongSetting) as refused:
        Settings.read()
    assert refused.value.hint.startswith(f"{missing}: is missing, while {variable} is set")


def test_providers_are_those_of_which_everything_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.read().providers == []
    monkeypatch.setenv("OIDC_ISSUER", "https://login.example.org/realm")
    for variable in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"):
        monkeypatch.setenv(variable, "set")
    assert [(each.key, each.name) for each in Settings.read().providers] == [
        ("oidc", "login.example.org"),
        ("github", "GitHub"),
    ]


def test_an_account_is_entered_unconfirmed_only_where_no_mail_can_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Settings.read().confirms_addresses
    monkeypatch.setenv("SMTP_HOST", "mail.example.org")
    monkeypatch.setenv("APP_URL", "https://portraits.example.org")
    settings = Settings.read()
    assert (settings.confirms_addresses, settings.mail_from) == (True, "studio@portraits.example.org")


def test_asvs_3_4_2_and_4_4_2_only_our_own_pages_may_open_the_websocket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_URL", "https://portraits.example.org/")
    assert Settings.read().origins == [
        "http://127.0.0.1:3000",
        "http://localhost:3000",
        "https://portraits.example.org",
    ]


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PORT", "three thousand", "PORT: should be a whole number."),
        ("PORT", "99999", "PORT: should be 65535 or less."),
        ("SECRET_KEY", "short", "SECRET_KEY: should have 32 characters or more."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL: should be 'debug', 'info', 'warning' or 'error'."),
        ("REPLICATE_DESTINATION", "a b", "REPLICATE_DESTINATION: should be owner/name."),
        ("S3_BUCKET", "b.", "S3_BUCKET: should be a bucket's name: 3 to 63 lower-case letters"),
        ("S3_REGION", "EU-WEST", "S3_REGION: should be a region's name, in lower case, like eu-west-1."),
        ("S3_ROLE_ARN", "x!", "S3_ROLE_ARN: should be a role's whole name, like arn:aws:iam::"),
        ("APP_URL", "http://x:99999999", "APP_URL: should have a port between 1 and 65535, or none."),
        ("APP_URL", "http://x:0", "APP_URL: should have a port between 1 and 65535, or none."),
        ("S3_ENDPOINT", "https://x:70000", "S3_ENDPOINT: should have a port between 1 and 65535, or none."),
        ("DATABASE_URL", "postgresql://a:b@c:x/d", "DATABASE_URL: should have a port between 1 and 65535, or none."),
        ("PORTRAIT_DATA_DIR", "~nobody-of-that-name/x", "PORTRAIT_DATA_DIR: should begin with the folder's real path"),
    ],
)
def test_a_wrong_value_is_answered_with_how_it_should_be(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(WrongSetting) as refused:
        Settings.read()
    assert words in refused.value.hint
    assert value not in refused.value.hint.replace("PORT", "")


def test_every_pattern_has_words_of_its_own() -> None:
    with_pattern = {
        name
        for name, field in Settings.model_fields.items()
        if any(getattr(rule, "pattern", None) for rule in field.metadata)
    }
    assert with_pattern == settings_words.PATTERNS.keys()
    assert len(set(settings_words.PATTERNS.values())) == len(with_pattern)


def test_a_data_folder_may_be_named_from_ones_home(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PORTRAIT_DATA_DIR", "~/studio")
    assert Settings.read().data_dir == tmp_path / "studio"
