"""What a person gets who starts a darkroom wrongly: one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.darkroom.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def test_a_data_folder_that_cannot_be_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for folder, reason in (("/proc/xx", "No such file or directory"), (tmp_path / "file", "File exists")):
        assert main(["--data", str(folder)]) == 1
        said = capsys.readouterr().err
        assert said == f"darkroom: {folder} cannot be used as the data folder: {reason}\n"


@pytest.mark.parametrize("port", ["99999", "-1", "http", "9" * 5000])
def test_a_port_that_cannot_be_is_said_in_one_sentence(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--port", port])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "argument --port:" in said
    assert "Traceback" not in said
