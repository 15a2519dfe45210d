from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Terminal = Callable[..., str]

SEEDS = Path(__file__).parents[2] / "seeds"
TITLE = "PyTorch 2.0 brings new fire to open-source machine learning"
SLUG = "pytorch-2-0-brings-new-fire-to-open-source-machine-learning"
BY_SLUG = "query One($slug: String!) { article(by: { slug: $slug }) { title } }"


def test_the_answer_is_one_line_of_json_in_a_pipe(run: Run) -> None:
    result = run("query", BY_SLUG, SEEDS, "--variables", json.dumps({"slug": SLUG}))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f'{{"data":{{"article":{{"title":"{TITLE}"}}}}}}\n'


def test_the_answer_is_indented_on_a_terminal(run: Run, on_a_terminal: Terminal, tmp_path: Path) -> None:
    run("ingest", SEEDS, "--db", tmp_path / "seeds.db")
    shown = on_a_terminal("query", "{ __typename }", "--db", tmp_path / "seeds.db").replace("\r", "")
    assert shown == '{\n  "data": {\n    "__typename": "Query"\n  }\n}\n'


def test_a_database_answers_without_its_folder(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "seeds.db"
    run("ingest", SEEDS, "--db", database)
    assert run("query", "{ revision }", "--db", database).exit_code == 0


@pytest.mark.parametrize("prefix", ["", "\ufeff"])
def test_the_query_may_come_from_a_file_or_standard_input(run: Run, tmp_path: Path, prefix: str) -> None:
    file = tmp_path / "q.graphql"
    file.write_text(f"{prefix}{{ __typename }}", encoding="utf-8")
    answers = {
        run("query", f"@{file}", SEEDS).stdout,
        run("query", "-", SEEDS, input=f"{prefix}{{ __typename }}").stdout,
    }
    assert answers == {'{"data":{"__typename":"Query"}}\n'}


def test_one_of_several_operations_is_chosen_by_name(run: Run) -> None:
    result = run("query", "query A { a: __typename } query B { b: __typename }", SEEDS, "--operation", "B")
    assert result.stdout == '{"data":{"b":"Query"}}\n'


@pytest.mark.parametrize("query", ["{ nothing }", "{", "query A { revision } query B { revision }"])
def test_a_mistake_in_the_query_is_answered_and_ends_with_one(run: Run, query: str) -> None:
    result = run("query", query, SEEDS)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["errors"]


@pytest.mark.parametrize(
    ("variables", "said"), [("{", "--variables must be JSON"), ("[1]", "must be a JSON object")]
)
def test_variables_that_are_no_object_are_a_usage_error(run: Run, variables: str, said: str) -> None:
    result = run("query", "{ revision }", SEEDS, "--variables", variables)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_query_that_is_not_utf_8_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "q.graphql"
    file.write_bytes(b"{ a\xff }")
    result = run("query", f"@{file}", SEEDS)
    assert (result.exit_code, result.stderr) == (
        2,
        f"graph-api: {file} is not UTF-8: the byte at offset 3 is invalid\n",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("@none.graphql", SEEDS),
        ("{ revision }", "none"),
        ("{ revision }", "--db", "none.db"),
        ("{ a }", "--db", SEEDS / "x"),
    ],
)
def test_a_missing_file_or_database_is_an_error_of_one_line(
    run: Run, arguments: tuple[str | Path, ...]
) -> None:
    result = run("query", *arguments)
    assert (result.exit_code, len(result.stderr.splitlines())) == (3, 1)


def test_no_folder_and_no_database_is_a_usage_error(run: Run) -> None:
    assert run("query", "{ revision }").exit_code == 2


@pytest.mark.parametrize("command", [("query", "{ revision }"), ("explain", "{ revision }"), ("export",)])
def test_a_folder_and_a_database_together_are_refused_and_the_database_stays(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    database, other = tmp_path / "seeds.db", tmp_path / "other"
    run("ingest", SEEDS, "--db", database)
    other.mkdir()
    (other / "one.md").write_text("---\ntitle: One\nwebUrl: https://example.com/one\n---\n")
    before = run("query", "{ revision }", "--db", database).stdout
    format = ("--format", "dot") if command == ("export",) else ()
    result = run(*command, other, "--db", database, *format)
    assert (result.exit_code, "not both" in result.stderr) == (2, True)
    assert run("query", "{ revision }", "--db", database).stdout == before


def test_an_empty_name_of_a_database_is_a_usage_error(run: Run) -> None:
    result = run("query", "{ revision }", "--db", "")
    assert (result.exit_code, "cannot be empty" in result.stderr) == (2, True)


def test_published_only_and_limits_hold_as_in_a_server(run: Run) -> None:
    count = "{ articles(filter: { published: { eq: false } }) { totalCount } }"
    assert json.loads(run("query", count, SEEDS).stdout)["data"]["articles"]["totalCount"] > 0
    hidden = json.loads(run("query", count, SEEDS, "--published-only").stdout)
    assert hidden["data"]["articles"]["totalCount"] == 0
    refused = run("query", "{ revision }", SEEDS, env={"GRAPH_API_MAX_TOKENS": "1"})
    assert refused.exit_code == 1
