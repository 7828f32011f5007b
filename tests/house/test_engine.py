"""What the house keeps of its darkroom: an address and a key that outlive a restart, and survive damage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.house.engine import Darkroom
from portrait_app.settings import Settings
from portrait_app.wiring import gateway_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_next_start_finds_the_same_address_and_key(tmp_path: Path) -> None:
    first, second = Darkroom(tmp_path), Darkroom(tmp_path)
    assert (first.address, first.token) == (second.address, second.token)
    assert first.token.startswith("dr_")


@pytest.mark.parametrize(
    "left", [b"", b"\n", b"no port", b"-1", b"\xff\xfe"], ids=["empty", "blank", "words", "minus", "bytes"]
)
def test_a_file_that_a_killed_start_left_damaged_is_made_anew(tmp_path: Path, left: bytes) -> None:
    for name in ("darkroom/port", "secrets/darkroom.token"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(left if name.endswith("port") else b"\xff" if b"\xff" in left else b"\n")
    darkroom = Darkroom(tmp_path)
    assert 0 < darkroom.port < 65536
    assert darkroom.token.startswith("dr_")
    assert Darkroom(tmp_path).token == darkroom.token


def test_the_key_is_nobody_elses(tmp_path: Path) -> None:
    Darkroom(tmp_path)
    assert (tmp_path / "secrets" / "darkroom.token").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("is_ours", [True, False])
async def test_only_the_list_of_the_houses_own_darkroom_is_taken_to_lag_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_ours: bool
) -> None:
    for name, value in Darkroom(tmp_path).environment.items():
        if is_ours or name != "DARKROOM_IS_OURS":
            monkeypatch.setenv(name, value)
    gateway = gateway_of(Settings.read())
    assert gateway.jobs.never_lags is is_ours
    await gateway.close()


async def test_the_secret_of_replicates_account_is_not_taken_for_the_darkrooms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    monkeypatch.setenv("REPLICATE_WEBHOOK_SECRET", secret)
    for name, value in Darkroom(tmp_path).environment.items():
        monkeypatch.setenv(name, value)
    built_in = gateway_of(Settings.read())
    with pytest.raises(EngineDown):  # it asks the darkroom, and nobody is there to answer
        await built_in.webhook_secrets()
    await built_in.close()
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_token")
    elsewhere = gateway_of(Settings.read())
    assert await elsewhere.webhook_secrets() == (secret,)
    await elsewhere.close()
