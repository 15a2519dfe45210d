"""`graph-api export`: other programs read its files, which hold what the API answers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from click.testing import Result
from hypothesis import given, settings

from graph_api.cli.export import replaced
from graph_api.cli.program import program
from graph_api.graph.export import GraphFormat
from tests.schema.asking import ask
from tests.schema.traversing import World, worlds
from tests.store.build import article, graph, provider, topic

Run = Callable[..., Result]

SEEDS = Path(__file__).parents[2] / "seeds"
AWKWARD = 'He said "no" & left;\n<b>\\n 星を数える 🏳️‍🌈 \u2028 ]]> --> #35;'
READERS: dict[str, Callable[[str], Any]] = {
    "node-link-json": lambda text: nx.node_link_graph(json.loads(text), edges="links"),
    "cytoscape-json": lambda text: nx.cytoscape_graph(json.loads(text)),
    "graphml": lambda text: nx.parse_graphml(text, force_multigraph=True),
    "gexf": lambda text: nx.read_gexf(io.BytesIO(text.encode())),
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """b and a list each other; c, which is hidden, and d hang on b."""
    return graph(
        tmp_path / "g.db",
        article("a", title=AWKWARD, related=["b"], topics=["x"], provider="p.org", quality=3, day=9),
        article("b", related=["a", "c", "d"], topics=["x"], quality=5, day=8),
        article("c", published=False, quality=5, day=7),
        article("d", quality=1, day=6),
        provider("p.org", name="The P"),
        topic("x", name="Ex"),
    )


def _exported(run: Run, *arguments: str | Path, format: str = "node-link-json") -> Any:
    result = run("export", *arguments, "--format", format)
    assert (result.exit_code, result.stderr) == (0, "")
    return READERS[format](result.stdout)


def _names(read: Any) -> list[str]:
    known: dict[str, str] = {article(name).id: name for name in "abcd"}
    return [known.get(str(id), str(id)) for id in read]


@pytest.mark.parametrize("format", READERS)
def test_each_format_is_read_back_with_titles_as_they_are(run: Run, database: Path, format: str) -> None:
    read = _exported(run, "--db", database, format=format)
    assert _names(read) == ["a", "b", "c", "d"]
    assert read.nodes[article("a").id]["label"] == AWKWARD
    assert read.nodes[article("a").id]["quality"] == 3
    assert {(*_names(ends), link["reciprocal"]) for *ends, link in read.edges(data=True)} == {
        ("a", "b", True),
        ("b", "a", True),
        ("b", "c", False),
        ("b", "d", False),
    }


@pytest.mark.parametrize("format", [each.name.lower().replace("_", "-") for each in GraphFormat])
def test_a_file_holds_what_standard_output_gets(
    run: Run, database: Path, tmp_path: Path, format: str
) -> None:
    out = tmp_path / "out"
    assert run("export", "--db", database, "--format", format, "-o", out).stdout == ""
    assert out.read_bytes() == run("export", "--db", database, "--format", format).stdout_bytes


@settings(max_examples=10)
@given(worlds())
def test_the_whole_graph_is_what_the_api_exports(
    tmp_path_factory: pytest.TempPathFactory, world: World
) -> None:
    path = world.written(tmp_path_factory.mktemp("world"))
    query = "{ subgraph(via: [RELATED, TOPIC, PROVIDER]) { truncated export(format: NODE_LINK_JSON) } }"
    answered = ask(path, query)["subgraph"]
    out = path.with_suffix(".json")
    program.main(
        [
            *("export", "--db", str(path), "--format", "node-link-json", "-o", str(out)),
            *("--via", "related", "--via", "topic", "--via", "provider"),
        ],
        standalone_mode=False,
    )
    assert _sorted_parts(json.loads(out.read_text())) == _sorted_parts(json.loads(answered["export"]))


def _sorted_parts(exported: Any) -> Any:
    """Nodes and edges, sorted: the whole graph lists them in another order than a subgraph."""
    return [
        sorted(exported[part], key=lambda one: json.dumps(one, sort_keys=True)) for part in ("nodes", "links")
    ]


def test_a_filter_leaves_out_articles_and_the_links_to_them(run: Run, database: Path) -> None:
    read = _exported(run, "--db", database, "--filter", '{"quality": {"gte": 3}}')
    assert _names(read) == ["a", "b", "c"]
    assert len(read.edges) == 3


def test_a_neighborhood_goes_so_many_hops_and_no_farther(run: Run, database: Path) -> None:
    around = ("--db", database, "--around", article("a").id)
    assert _names(_exported(run, *around, "--depth", "0")) == ["a"]
    assert _names(_exported(run, *around, "--depth", "1")) == ["a", "b"]
    assert _names(_exported(run, *around)) == ["a", "b", "c", "d"]
    fitting = _exported(run, *around, "--filter", '{"quality": {"gte": 5}}')
    assert _names(fitting) == ["a", "b", "c"]


def test_topics_and_providers_are_nodes_where_their_edges_are_wanted(run: Run, database: Path) -> None:
    read = _exported(run, "--db", database, "--via", "topic", "--via", "PROVIDER")
    assert _names(read) == ["a", "b", "c", "d", "provider:p.org", "topic:x"] or _names(read)[4:] == [
        "topic:x",
        "provider:p.org",
    ]
    assert {link["kind"] for *_, link in read.edges(data=True)} == {"TOPIC", "PROVIDER"}
    near = _exported(run, "--db", database, "--via", "topic", "--around", "topic:x", "--depth", "1")
    assert sorted(_names(near)) == ["a", "b", "topic:x"]


def test_what_is_hidden_is_not_exported(run: Run, database: Path) -> None:
    read = _exported(run, "--db", database, "--published-only")
    assert _names(read) == ["a", "b", "d"]
    assert read.edges[article("b").id, article("d").id, "RELATED"]["position"] == 1


def test_more_articles_than_a_page_are_all_there_once(run: Run, tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(1203)]
    nodes = [article(name, day=number % 7, related=[names[number - 1]]) for number, name in enumerate(names)]
    read = _exported(run, "--db", graph(tmp_path / "g.db", *nodes))
    assert (len(read), len(read.edges)) == (1203, 1203)
    assert all(len(link) for link in read.edges)


def test_folders_are_read_first(run: Run) -> None:
    count = json.loads(run("query", "{ articles { totalCount } }", SEEDS).stdout)
    assert len(_exported(run, SEEDS)) == count["data"]["articles"]["totalCount"]


def test_every_entry_of_a_related_list_is_an_edge(run: Run) -> None:
    query = "{ articles(first: 100) { nodes { related { totalCount } } pageInfo { hasNextPage } } }"
    page = json.loads(run("query", query, SEEDS).stdout)["data"]["articles"]
    assert not page["pageInfo"]["hasNextPage"]
    assert len(_exported(run, SEEDS).edges) == sum(one["related"]["totalCount"] for one in page["nodes"])


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--format", "graphml", "--filter", "{"], 2, "--filter must be JSON"),
        (
            ["--format", "graphml", "--filter", '{"nothing": 1}'],
            1,
            "graph-api: --filter has an invalid value:",
        ),
        (["--format", "graphml", "--around", "a"], 1, "--around must be an id such as"),
        (
            ["--format", "graphml", "--around", article("nobody").id],
            1,
            "there is no node with the id article:",
        ),
        (["--format", "graphml", "--depth", "7"], 2, "0<=x<=6"),
        (["--format", "graphml", "--depth", "2"], 2, "--depth needs --around"),
        (["--format", "csv"], 2, "'csv' is not one of"),
        (["--format", "node_link_json"], 2, "is not one of 'node-link-json'"),
        ([], 2, "Missing option '--format'"),
    ],
)
def test_an_invalid_option_is_an_error_and_writes_nothing(
    run: Run, database: Path, tmp_path: Path, options: list[str], code: int, said: str
) -> None:
    result = run("export", "--db", database, "-o", tmp_path / "out", *options)
    assert result.exit_code == code
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_failure_leaves_the_former_file_and_nothing_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "out").write_text("former")

    def half() -> None:
        with replaced(folder / "out") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"out": "former"}


def test_a_file_that_cannot_be_is_named_as_it_was_asked_for(run: Run, database: Path, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "out"
    result = run("export", "--db", database, "--format", "dot", "-o", out)
    assert (result.exit_code, result.stderr) == (3, f"graph-api: {out}: No such file or directory\n")


def test_a_new_file_gets_the_rights_that_new_files_get(run: Run, database: Path, tmp_path: Path) -> None:
    run("export", "--db", database, "--format", "dot", "-o", tmp_path / "out")
    usual = tmp_path / "usual"
    usual.touch()
    assert (tmp_path / "out").stat().st_mode == usual.stat().st_mode


def test_what_is_no_file_is_written_and_stays_what_it_is(run: Run, tmp_path: Path) -> None:
    link = tmp_path / "nowhere"
    link.symlink_to("/dev/null")
    assert run("export", SEEDS, "--format", "dot", "-o", link).exit_code == 0
    assert link.is_symlink()
    assert link.is_char_device()


def test_a_graph_that_mermaid_does_not_draw_is_exported_with_a_warning(run: Run, tmp_path: Path) -> None:
    nodes = [article(f"n{number}", related=sorted({f"n{number - 1}", "n0"})) for number in range(1, 300)]
    database = graph(tmp_path / "g.db", article("n0"), *nodes)
    result = run("export", "--db", database, "--format", "mermaid")
    assert result.exit_code == 0
    assert result.stdout.count("-->") == 597
    assert "maxEdges: 597" in result.stderr
    assert result.stdout.endswith(f"%% {result.stderr.removeprefix('graph-api: ')}")
