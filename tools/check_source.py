"""Rules of this house that no linter knows: who may commit, what a State shows to every browser, that no text is sent
to be run as script, that there is one way in for photos and one channel of news, that a linter is silenced for a
reason, and that tests have the same names in every process.
"""  # noqa: D205 -- one sentence, too long for one line

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
MAY_COMMIT = ("portrait_app/services/work.py", "portrait_app/database/session.py")
"""One event or request is one transaction; these end it."""
MAY_SCRIPT = "portrait_app/web/ui/script.py"
"""The page's security policy lets no text run: browsers are told acts by their names."""
_RUNS_TEXT = ("call_script", "call_function", "run_script")
_UPLOADS = ("upload", "upload_files", "upload_files_chunk")
"""Reflex's own, each of which would open a route that asks nobody who they are: photos come by `http/selfies`."""
MAY_TELL = ("portrait_app/database/session.py", "portrait_app/database/news.py")
_TELLS = re.compile(r"\bpg_notify\b|\b(?:NOTIFY|LISTEN)\s")
"""Whoever may connect hears every channel, so there is one, and ids alone are said on it."""
_HARMLESS = {"event", "var", "computed_var", "property", "staticmethod", "classmethod", "field_validator", "override"}
"""Decorators after which a method is an endpoint on purpose, or none at all."""
_CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"}
_DICE = {"random", "randint", "choice", "urandom", "token_hex", "token_bytes", "token_urlsafe"}
_ANEW = _CLOCKS | _DICE | {"uuid1", "uuid4", "new_id", "getpid", "mkdtemp", "id", "hash"}
"""What is another in each process, and so must be in no test's name: workers that collect other names run nothing."""


_ROOMS = ("portrait_app", "tools", "tests", "alembic")
_SILENCED = re.compile(r"#\s*(?:noqa|pyright: ignore|type: ignore)(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w, -]+\])?")
_REASON = re.compile(r"\s*(?:--?|#)\s+\S")


def main() -> int:
    """Print every breach; the exit code is 1 when there is one."""
    sources = [path for room in _ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    breaches = [breach for path in sources for breach in breaches_in(path)]
    print("\n".join(breaches), end="\n" if breaches else "")
    return 1 if breaches else 0


def breaches_in(path: Path, root: Path = ROOT) -> list[str]:
    """What one file does against the rules, as `file:line: sentence`."""
    name = path.relative_to(root).as_posix()
    source = path.read_text()
    found = list(_silenced(source))
    if name.startswith("tests/") and "parametrize" in source:
        found += _names_of_tests(ast.parse(source, name))
    if not name.startswith(("tools/", "tests/", "alembic/")):
        tree = ast.parse(source, name)
        found += _states(tree)
        found += _commits(tree) if name not in MAY_COMMIT else ()
        found += _scripts(tree) if name != MAY_SCRIPT else ()
        found += _uploads(tree)
        found += _channels(tree) if name not in MAY_TELL else ()
    return [f"{name}:{line}: {sentence}" for line, sentence in sorted(found)]


def _silenced(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        said = _SILENCED.search(token.string) if token.type == tokenize.COMMENT else None
        if said and not _REASON.match(token.string, said.end()):
            yield token.start[0], f"{said[0]} gives no reason: say it on the same line, after --"


def _names_of_tests(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) == "parametrize":
            for given in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from ((line, f"{what} names a test otherwise in each process") for line, what in _anew(given))


def _anew(node: ast.AST, *, is_sorted: bool = False) -> Iterator[tuple[int, str]]:
    """What is another in each process, or comes in another order: the strings of a set. A lambda is called later."""
    if isinstance(node, ast.Lambda):
        return
    called = _name(node) if isinstance(node, ast.Call) else ""
    if not is_sorted and (isinstance(node, ast.Set | ast.SetComp) or called in {"set", "frozenset"}):
        yield node.lineno, "a set, unless it is sorted,"  # type: ignore[attr-defined] -- an expression has a line
    if isinstance(node, ast.Call) and called in _ANEW:
        yield node.lineno, f"{called}()"
    for inner in ast.iter_child_nodes(node):
        yield from _anew(inner, is_sorted=is_sorted or called == "sorted")


def _commits(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield node.lineno, "only services/work and database/session commit; hand the work to them"


def _scripts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute | ast.Name):
            continue
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        if name in _RUNS_TEXT:
            yield node.lineno, f"{name} sends text to be run, which no page of ours does: name an act, by ui.perform"


def _uploads(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _UPLOADS and ast.unparse(node.value) == "rx":
            yield node.lineno, f"rx.{node.attr} opens a route that asks nobody's name: photos come by http/selfies"


def _channels(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _TELLS.search(node.value):
            yield node.lineno, "only database/session tells and database/news listens: ids alone, on one channel"


def _states(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(_is_state(base) for base in node.bases):
            for method in node.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and _is_bare(method):
                    sentence = (
                        f"{node.name}.{method.name} is an endpoint for any browser: mark it @rx.event, or hide it"
                    )
                    yield method.lineno, sentence


def _is_state(base: ast.expr) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
    return name.endswith("State")


def _is_bare(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not method.name.startswith("_") and not any(_name(one) in _HARMLESS for one in method.decorator_list)


def _name(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    return decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")


if __name__ == "__main__":
    sys.exit(main())
