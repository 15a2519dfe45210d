"""Every error has a code from one list, and the schema's README shows that list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from graph_api.execution.graphql_errors import CODES
from tests.readme import TOP, assert_generated

_CODE = re.compile(r"[A-Z]+(_[A-Z]+)+")
_NO_CODES = {
    "XDG_CACHE_HOME",
    "HUNG_UP",  # only in the log
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
