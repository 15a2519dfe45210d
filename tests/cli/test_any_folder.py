"""What a newcomer sees, word for word, for folders of Markdown of any kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import Result

from graph_api.documents import CODES
from tests.ingest.build import write_folder

Run = Callable[..., Result]

GARDEN = Path(__file__).parents[1] / "garden"


def without_time(text: str) -> str:
    return re.sub(r" in [0-9.]+ s", " in - s", text)


def ask(run: Run, query: str, *arguments: str | Path) -> Any:
    result = run("query", query, *arguments)
    assert result.exit_code == 0, result.stderr
    return orjson.loads(result.stdout)["data"]


# -- check -------------------------------------------------------------------------------------------------


def test_a_good_folder(run: Run) -> None:
    result = run("check", GARDEN)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "graph: 9 articles (0 stubs), 4 topics, 15 edges, 2 of them listed\n"
        "links: 16 found, 14 resolved; --links lists the others\n"
        "title from heading in 5 files, title in 4\n"
        "excerpt from first paragraph in 9 files\n"
        "publishedDateTime from date in 2 files, created in 1, file name in 1\n"
        "published from draft in 1 file\n"
        "topics from tags in 4 files\n"
        "related from related in 1 file\n"
        "names from aliases in 1 file\n"
        "no problems in 9 files\n"
    )


def test_a_folder_with_one_broken_file(run: Run, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "blog", {"a.md": "# A\n", "b.md": "---\ntitle: [\n---\n", "_c.md": "part"}
    )
    result = run("check", folder)
    assert result.exit_code == 1
    assert result.stdout == (
        f"{folder}/b.md:3:1 E123 invalid YAML: did not find expected node content while parsing a flow node\n"
        "  3 | ---\n"
        "    | ^\n"
        "  put the text in quotes\n"
        "left out: 1 page part\n"
        "graph: 1 article (0 stubs), 0 topics, 0 edges, 0 of them listed\n"
        "title from heading in 1 file\n"
        "1 error in 3 files\n"
    )


def test_an_empty_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("check", tmp_path / "empty")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        f"graph-api: {tmp_path}/empty: holds no documents (.md, .markdown, .mdx, .yaml); nothing was changed\n"
    )


def test_a_folder_of_something_else(run: Run, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", {"values.yaml": "a: 1\n", "more.yml": "b: 2\n"})
    said = f"graph-api: {folder}: holds no documents, only configuration, parts of pages, or empty files"
    result = run("ingest", folder, "--db", tmp_path / "g.db")
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", f"{said}; nothing was changed\n")
    result = run("check", folder)
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", f"{said}\n")
    assert run("check", folder / "values.yaml").exit_code == 0, "a single file may be left out"


# -- links -------------------------------------------------------------------------------------------------


def test_links_that_lead_nowhere_are_listed_with_the_nearest_title(run: Run, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "notes",
        {"Spring tides.md": "x\n", "a.md": "[b](b.md)\n\n[[Spring tide]]\n[w](https://w.example/)"},
    )
    result = run("check", folder, "--links")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == [
        f"{folder}/a.md:1 links to b.md, which is no document",
        f'{folder}/a.md:3 links to Spring tide, which is no document; the nearest title is "Spring tides"',
    ]
    assert "links: 2 found, 0 resolved" in result.stdout
    assert run("check", folder, "--links", "--strict").exit_code == 1
    assert run("check", folder, "--strict").exit_code == 0
    as_json = run("check", folder, "--strict", "--output-format", "json")
    assert as_json.exit_code == 0, "links that lead nowhere fail with --links only"
    told = orjson.loads(as_json.stdout)
    assert [(one["line"], one["target"], one["nearest"]) for one in told["deadLinks"]] == [
        (1, "b.md", None),
        (3, "Spring tide", "Spring tides"),
    ]


def test_sarif_has_a_rule_for_each_code_and_a_place_for_each_problem(run: Run, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "a b", {"x.md": "---\ndate: 13/40/2022\n---\n[gone](gone.md)\n", "y.md": "---\nt: [\n---"}
    )
    text = run("check", folder, "--output-format", "sarif").stdout
    assert text == run("check", folder, "--links", "--output-format", "sarif").stdout
    told = orjson.loads(text)
    assert told["version"] == "2.1.0"
    [run_] = told["runs"]
    rules = {rule["id"]: rule["shortDescription"]["text"] for rule in run_["tool"]["driver"]["rules"]}
    assert rules == {code: CODES[code].meaning for code in ("E123", "W218")} | {
        "dead-link": "a link leads to no document"
    }
    places = [
        (result.get("ruleId"), result["level"], result["locations"][0]["physicalLocation"])
        for result in run_["results"]
    ]
    uri = str(folder).replace(" ", "%20")
    assert places == [
        (
            "W218",
            "warning",
            {"artifactLocation": {"uri": f"{uri}/x.md"}, "region": {"startLine": 2, "startColumn": 1}},
        ),
        (
            "E123",
            "error",
            {"artifactLocation": {"uri": f"{uri}/y.md"}, "region": {"startLine": 3, "startColumn": 1}},
        ),
        ("dead-link", "warning", {"artifactLocation": {"uri": f"{uri}/x.md"}, "region": {"startLine": 4}}),
    ]


def test_an_ingest_prints_the_number_of_links(run: Run, tmp_path: Path) -> None:
    result = run("ingest", GARDEN, "--db", tmp_path / "g.db")
    assert without_time(result.stdout) == ("links: 16 found, 14 resolved\n9 articles (+9), 0 stubs in - s\n")


# -- how a folder is read ----------------------------------------------------------------------------------


def test_options_say_how_a_folder_is_read(run: Run, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "posts",
        {
            "a.md": "---\ntitle: A\nspoiler: Short.\nsee_also: [b]\n---\nLong. [o](https://o.example/x)\n",
            "b.md": "---\ntitle: B\n---\n[a](a.md)\n",
        },
    )
    database = tmp_path / "g.db"
    options = [
        "--base-url",
        "https://me.example/blog",
        "--map",
        "excerpt=spoiler",
        "--map",
        "related=see_also",
    ]
    result = run("ingest", folder, "--db", database, *options, "--external-links")
    assert without_time(result.stdout) == "links: 1 found, 1 resolved\n3 articles (+3), 1 stub in - s\n"
    query = '{ article(by: {url: "https://me.example/blog/a"}) { excerpt webUrl related { edges { origin node { title isStub } } } } }'
    assert ask(run, query, "--db", database)["article"] == {
        "excerpt": "Short.",
        "webUrl": "https://me.example/blog/a",
        "related": {
            "edges": [
                {"origin": "LISTED", "node": {"title": "B", "isStub": False}},
                {"origin": "LINKED", "node": {"title": "o", "isStub": True}},
            ]
        },
    }
    assert run("ingest", folder, "--db", database, *options, "--no-body-links").exit_code == 0
    count = "{ contentReport { articles related(origin: LINKED) } }"
    assert ask(run, count, "--db", database)["contentReport"] == {"articles": 2, "related": 0}


def test_a_folder_may_say_how_it_is_read_and_nothing_else(run: Run, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "posts", {"a.md": "---\nabout: Short.\n---\n# A\n"})
    settings = folder / "graph-api.toml"
    settings.write_text('base-url = "https://me.example/"\nmap = { excerpt = "about" }\n')
    query = "{ articles { nodes { url excerpt } } }"
    assert ask(run, query, folder) == {
        "articles": {"nodes": [{"url": "https://me.example/a", "excerpt": "Short."}]}
    }
    settings.write_text('host = "0.0.0.0"\n')
    result = run("ingest", folder, "--db", tmp_path / "g.db")
    assert result.exit_code == 3
    assert result.stderr == (
        f'graph-api: {settings}: "host" cannot be set in a folder; only base-url, map, by-path, body-links,'
        " external-links can\n"
    )
    settings.unlink()
    (folder / "pyproject.toml").write_text('[tool.graph-api]\nbase-url = "https://you.example/"\n')
    assert ask(run, query, folder)["articles"]["nodes"][0]["url"] == "https://you.example/a"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        (
            "--base-url",
            "me.example",
            'must be an http or https URL such as https://example.com/blog/, not "me.example"',
        ),
        ("--map", "excerpt", "must be FIELD=KEY such as excerpt=spoiler, not 'excerpt'"),
        ("--map", "summary=x", 'has no field "summary"; the fields are title, '),
    ],
)
def test_wrong_options_say_what_works(run: Run, tmp_path: Path, option: str, value: str, said: str) -> None:
    result = run("ingest", GARDEN, "--db", tmp_path / "g.db", option, value)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
