"""What is said of files of settings that can't be read, and that all that tells of settings tells the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portrait_app.settings import Settings
from portrait_app.settings_files import UnreadableSettings
from tests.nobody import as_an_ordinary_user
from tests.variables import NAMES

ROOT = Path(__file__).parents[2]
# Set by `run` for its own processes; an older name.
OF_NO_PERSON = {"DARKROOM_TOKEN", "DARKROOM_IS_OURS", "NEXT_PUBLIC_APP_URL"}


@pytest.mark.parametrize("name", [".env", ".env.local"])
def test_a_file_in_another_script_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes("OIDC_NAME=Grüße".encode("latin-1"))
    with pytest.raises(UnreadableSettings) as refused:
        Settings.read()
    assert refused.value.hint == f"{name} is not in UTF-8. Save it in UTF-8, then start again."


@pytest.mark.parametrize("name", [".env", ".env.local"])
def test_a_file_that_may_not_be_read_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / name).touch(mode=0o000)
    with as_an_ordinary_user(), pytest.raises(UnreadableSettings) as refused:
        Settings.read()
    assert refused.value.hint.startswith(f"{name} may not be read by you.")


def test_table_and_example_tell_of_every_variable_and_of_no_other() -> None:
    rows = [line.split("|")[1] for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| `")]
    in_table = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", " ".join(rows)))
    in_example = set(re.findall(r"^# ([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert in_table == in_example == NAMES - OF_NO_PERSON
