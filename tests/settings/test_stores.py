"""What names a store, and what doesn't."""

from __future__ import annotations

import pytest

from portrait_app.settings import Settings, WrongSetting

STORE = {
    "S3_BUCKET": "portraits",
    "S3_ACCESS_KEY_ID": "key",
    "S3_SECRET_ACCESS_KEY": "secret",
    "S3_ROLE_ARN": "arn:aws:iam::123456789012:role/portraits",
}


@pytest.mark.parametrize("missing", STORE)
def test_a_store_of_which_something_is_missing_is_refused_by_the_missing_variable(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for variable, value in STORE.items():
        monkeypatch.setenv(variable, "" if variable == missing else value)
    with pytest.raises(WrongSetting) as refused:
        Settings.read()
    assert refused.value.hint.startswith(f"{missing}: is missing, while ")


@pytest.mark.parametrize(
    ("endpoint", "public", "objects", "origin"),
    [
        ("", "", "https://portraits.s3.us-east-1.amazonaws.com", "https://portraits.s3.us-east-1.amazonaws.com"),
        ("http://minio:9000/", "", "http://minio:9000/portraits", "http://minio:9000"),
        (
            "http://minio:9000",
            "https://S3.example.org:443",
            "https://s3.example.org/portraits",
            "https://s3.example.org",
        ),
    ],
)
def test_links_lead_to_where_browsers_reach_the_store(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, public: str, objects: str, origin: str
) -> None:
    assert Settings.read().store is None
    for variable, value in {**STORE, "S3_ENDPOINT": endpoint, "S3_PUBLIC_ENDPOINT": public}.items():
        monkeypatch.setenv(variable, value)
    store = Settings.read().store
    assert store is not None
    assert (store.objects_url, store.origin) == (objects, origin)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("S3_ENDPOINT", "minio:9000"),
        ("S3_ENDPOINT", "https://s3.example.org/portraits"),
        ("S3_ENDPOINT", "https://key:secret@s3.example.org"),
        ("S3_BUCKET", "My.Bucket"),
        ("S3_ROLE_ARN", "portraits"),
        ("S3_REGION", "us east"),
    ],
)
def test_what_names_no_store_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    for name, fine in {**STORE, variable: value}.items():
        monkeypatch.setenv(name, fine)
    with pytest.raises(WrongSetting) as refused:
        Settings.read()
    assert refused.value.hint.startswith(f"{variable}: should ")
    assert value not in refused.value.hint
