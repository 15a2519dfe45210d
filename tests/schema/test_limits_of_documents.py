"""Documents at their limits: every field is answered, with equal bytes by the compiled plan and Strawberry's executor."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from graph_api.ingest import ingest
from graph_api.records import article_id
from graph_api.store.plans import Rights
from tests.execution.operations import Asked
from tests.ingest.build import write_folder
from tests.schema.test_hidden import _schema, _selections, told

_LIMITS: Mapping[str, str] = {
    "body": "---\n" + "word *a* <b>x</b>\n" * 270_000,
    "related": "related:\n"
    + "".join(f"- title: T\n  webUrl: https://e.com/{number}\n" for number in range(9_990)),
    "extra": f"x: [{'1.5,' * 24_000}]\n",
    "deep": f"x: {'[' * 18}{']' * 18}\n",
    "signs": 'excerpt: "\\u202e \\ud83d\\ude00 \\u2028 \\ud800 \\u0007 ]]> <x> &"\ncategory: "\\u001b[31m\\ufffe"\n',
    "names": f"topics: [{'t' * 9_999}, b]\nprovider: {{domain: a.com, name: {'p' * 10_000}}}\n",
    "addresses": f"originalUrl: https://example.com/{'o' * 8000}\n",
    "pictures": 'images: [{url: "https://a.com/b", title: "a\\u0001b\\ufffe\\uffff"}]\n',
    "nameless": 'related: [{title: "!!!", webUrl: "https://e.com/x"}]\n',
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("limits")
    files = {f"{name}.md": "".join(_document(name, fields)) for name, fields in _LIMITS.items()}
    report = ingest([write_folder(made / "site", files)], made / "graph.sqlite")
    assert report.articles - report.stubs == len(_LIMITS), "all are accepted"
    return made / "graph.sqlite"


def _document(name: str, fields: str) -> Iterator[str]:
    yield f"---\ntitle: {name}\nwebUrl: https://example.com/{name}\n{fields}"
    if name != "body":
        yield "---\n"


@pytest.mark.parametrize("name", _LIMITS)
def test_every_field_of_a_document_at_a_limit_is_answered(database: Path, name: str) -> None:
    below = _selections(_schema(), _schema().type_map["Article"], 2)
    asked = Asked(f'{{ article(by: {{id: "{article_id(f"https://example.com/{name}")}"}}) {below} }}', {})
    planned, ordinary, from_edges = told(database, Rights(), asked)
    assert planned == ordinary == from_edges
    found = json.loads(planned)
    assert "errors" not in found
    assert found["data"]["article"]["title"] == name
