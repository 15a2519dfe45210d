"""All exceptions stand in one tree, and every error code is in one list, which the schema's README shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from graph_api import errors
from graph_api.errors import CODES
from tests.readme import TOP, assert_generated

_CODE = re.compile(r"[A-Z]+(_[A-Z]+)+")
_NO_CODES = {
    "XDG_CACHE_HOME",
    "CLIENT_DISCONNECTED",  # only in the log
    "RUSAGE_THREAD",  # of the operating system
    *("CONNECTION_POOL_CLASS", "CONNECTION_POOL_KWARGS"),  # names of options for Redis
}


def _used() -> Iterator[str]:
    """Every text in the source that looks like a code, the list itself aside."""
    for path in sorted((TOP / "graph_api").rglob("*.py")):
        tree = ast.parse(path.read_text())
        listed = {
            id(key)
            for node in ast.walk(tree)
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "CODES"
            for key in ast.walk(node)
        }
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in listed)
        yield from (
            text.value
            for text in texts
            if isinstance(text.value, str) and (_CODE.fullmatch(text.value) or text.value in CODES)
        )


def test_the_list_holds_exactly_the_codes_that_are_used() -> None:
    assert set(_used()) - _NO_CODES == set(CODES)


def test_the_schemas_readme_shows_the_list() -> None:
    rows = (f"| `{code}` | {meaning} |" for code, meaning in CODES.items())
    assert_generated("schema", "errors", ["| Code | What it means |", "|---|---|", *rows])


def test_errors_py_holds_every_exception() -> None:
    found = (
        f"{path.relative_to(TOP)}: {node.name}"
        for path in (TOP / "graph_api").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and any(_is_exception(base) for base in node.bases)
    )
    assert [one for one in found if not one.startswith("graph_api/errors.py")] == []


def _is_exception(base: ast.expr) -> bool:
    name = ast.unparse(base).rpartition(".")[2]
    return name in _EXCEPTIONS or name.endswith(("Error", "Exception"))


_EXCEPTIONS = {
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)
}


def test_the_drawn_tree_is_the_tree() -> None:
    def drawn(error: type[Exception], depth: int) -> Iterator[tuple[int, str]]:
        yield depth, error.__name__
        for child in error.__subclasses__():
            yield from drawn(child, depth + 1)

    lines = re.findall(r"^    ([| `-]*)(\w+)", errors.__doc__ or "", re.MULTILINE)
    assert [(len(indent) // 4, name) for indent, name in lines] == list(drawn(errors.GraphApiError, 0))
