"""What is said to people is words alone: no mark of a text format stands in it as it was typed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "portrait_app"
SAID = [*ROOT.glob("web/**/*.py"), *ROOT.glob("services/*.py"), *ROOT.glob("adapters/**/*.py"), *ROOT.glob("http/*.py")]
NOT_SAID = {
    "services/doubts.py",
    "web/reflex_client.py",
}  # what a command answers in a terminal; what a script is made of


def sentences(source: str) -> list[str]:
    """All text in a module but its docstrings, which are for us."""
    tree = ast.parse(source)
    ours = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in ours]
    return [text.value for text in texts if isinstance(text.value, str)]


@pytest.mark.parametrize("file", SAID, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_backtick_is_shown_to_a_person(file: Path) -> None:
    if str(file.relative_to(ROOT)) not in NOT_SAID:
        assert [text for text in sentences(file.read_text(encoding="utf-8")) if "`" in text] == []


def test_what_is_looked_for_would_be_found() -> None:
    assert sentences('"""`ours`"""\nhint = "Run `make doctor`."') == ["Run `make doctor`."]
