"""`graph-api suggest-links`: what it prints, and that its patch adds the suggested relations and nothing else."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from graph_api.cli.patch import unified
from graph_api.cli.suggest_links import suggested
from graph_api.documents.site import SiteOptions
from graph_api.ingest import ingest
from graph_api.store.link_suggestions import KINDS
from tests.corpora import corpus

Run = Callable[..., Result]
Edges = set[tuple[int, int]]


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def native(
    name: str, related: Iterable[str] = (), *, title: str = "", more: str = "", newline: str = "\n"
) -> str:
    """The file of an article in the native form; *related* are names."""
    items = [
        f'  - title: "{other.title()} again"\n    webUrl: "https://example.com/{other}"\n    type: article\n'
        f"    provider:\n      name: Example\n      domain: example.com\n    quality: {90 - ord(other[0])}\n"
        for other in related
    ]
    front = (
        f'---\ntitle: "{title or f"{name.title()} again"}"\npublishedDateTime: 2024-01-01T00:00:00Z\n'
        f'webUrl: "https://example.com/{name}"\ntype: article\nquality: {90 - ord(name[0])}\n\n'
        f"provider:\n  name: Example\n  domain: example.com\n  images:\n    - url: https://example.com/i.png\n\n"
        f"topics:\n  - Azure\n{more}"
    )
    front += "\nrelated:\n" + "".join(items) if items else ""
    return f"{front}---\nText: --- of {name}\n".replace("\n", newline)


def content(folder: Path, place: Path) -> tuple[Edges, list[tuple[object, ...]]]:
    """The listed edges and the problems of a folder."""
    place.unlink(missing_ok=True)
    ingest([folder], place)
    with closing(sqlite3.connect(place)) as connection:
        edges = connection.execute("SELECT src, dst FROM related WHERE origin = 0").fetchall()
        problems = connection.execute("SELECT code, path, message FROM problem ORDER BY 1, 2, 3").fetchall()
    return set(edges), problems


def check_patch(run: Run, folder: Path, place: Path, *options: str) -> str:
    """The patch, after it was applied to *folder*: it adds exactly what is suggested, and no problem."""
    kinds = [kind for kind in KINDS if not options or kind.value.replace("_", "-") in options]
    before, problems = content(folder, place)
    wanted = suggested([folder], SiteOptions(), kinds).edges()
    result = run("suggest-links", folder, *(part for kind in options for part in ("--kind", kind)), "--diff")
    assert "cannot be patched" not in result.stderr
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    subprocess.run(["patch", "-s", "-p1", "-d", "/"], input=result.stdout_bytes, check=True)
    after, found = content(folder, place)
    assert wanted
    assert after == before | set(wanted)
    assert found == problems
    for path, old in files.items():  # lines were added, and only lists on one line changed
        new = path.read_bytes()
        assert new.count(b"\r\n") == (new.count(b"\n") if b"\r\n" in old else 0)
        lines = set(new.splitlines())
        assert all(line in lines or b"[" in line or line.startswith(b"related") for line in old.splitlines())
    return result.stdout


@pytest.fixture(autouse=True)
def _patch_is_installed() -> None:
    if shutil.which("patch") is None:
        pytest.skip("patch is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """b and c do not list a back; d stands alone, e has its title but for one word."""
    return write(
        tmp_path / "articles",
        {
            "a.md": native("a", ["b", "c", "f"]),
            "b.md": native("b", ["f"]),
            "c.md": native("c"),
            "d.md": native("d", title="The whales of the northern ocean sing"),
            "e.md": native("e", ["f"], title="The whales of the southern ocean sing"),
            "f.md": native("f", ["a", "b", "e"]),
        },
    )


def test_suggestions_are_printed_by_kind_with_reasons_and_a_summary(run: Run, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    result = run("suggest-links", folder)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "Missing reciprocal relations"
    assert f"  {folder}/c.md" in result.stdout
    assert re.search(
        r'  \S+/c\.md 0\.\d\d "A again" lists "C again", which does not list it back', result.stdout
    )
    assert re.search(
        r'  \S+/d\.md [01]\.\d\d No article is related to "The whales of the northern ocean sing"; ',
        result.stdout,
    )
    assert f"    {folder}/e.md The whales of the southern ocean sing" in lines
    assert lines[-1] == "2 missing reciprocal relations, 0 near-duplicates, 1 orphan in 6 articles"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_kinds_are_chosen_and_strict_sets_the_exit_code(run: Run, folder: Path) -> None:
    result = run("suggest-links", folder, "--kind", "near-duplicate", "--strict")
    assert (result.exit_code, result.stdout) == (0, "0 near-duplicates in 6 articles\n")
    result = run("suggest-links", folder, "--kind", "orphan", "--strict")
    assert result.exit_code == 1
    assert result.stdout.endswith("\n1 orphan in 6 articles\n")


def test_a_folder_that_is_not_there_is_a_failure(run: Run, tmp_path: Path) -> None:
    result = run("suggest-links", tmp_path / "none")
    assert (result.exit_code, len(result.stderr.splitlines())) == (3, 1)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_patch_of_a_native_folder_adds_copies(run: Run, tmp_path: Path, newline: str) -> None:
    folder = write(
        tmp_path / "articles",
        {
            "a.md": native("a", ["b", "c", "f"], newline=newline),
            "b.md": native("b", ["f"], more="\nsecured: xyz\n", newline=newline),
            "c.md": native("c", more='\nsecured: "abc"\n', newline=newline),
            "d.md": native("d", title="The whales of the northern ocean sing", newline=newline),
            "e.md": native("e", ["f"], title="The whales of the southern ocean sing", newline=newline),
            "f.md": native("f", ["a", "b", "e"], newline=newline),
        },
    )
    patch = check_patch(run, folder, tmp_path / "db")
    assert '+  - title: "A again"' in patch
    assert "images" not in "".join(line for line in patch.splitlines() if line.startswith("+"))
    assert run("suggest-links", folder).stdout.startswith("0 missing")


def test_a_copy_that_ends_as_the_one_before_it_is_applied_too(tmp_path: Path) -> None:
    """The end of the added lines equals the lines before them, so that a diff may begin in either."""
    path = tmp_path / "a.md"
    end = "    provider:\n      name: X\n      domain: x.org\n    quality: 5\n"
    old = f"---\nrelated:\n  - title: A\n{end}secured: s\n---\nText.\n".encode()
    new = old.replace(b"secured", f"  - title: B\n{end}secured".encode())
    path.write_bytes(old)
    patch = unified(path, old, new)
    assert patch is not None
    subprocess.run(["patch", "-s", "-p1", "-d", "/"], input=patch, check=True)
    assert path.read_bytes() == new


def test_copies_take_their_place_by_quality(run: Run, folder: Path, tmp_path: Path) -> None:
    """The list of b is ordered by quality: a, the best, comes before f."""
    check_patch(run, folder, tmp_path / "db", "missing-reciprocal")
    text = (folder / "b.md").read_text()
    assert text.index("example.com/a") < text.index("example.com/f")


GARDEN = "---\ntitle: {0}\n{1}---\nText of {0}.\n"


@pytest.mark.parametrize(
    ("listed", "lacking"),
    [
        ("related: [{}]\n", "related: [c]\n"),
        ("related: [{}]\n", "related: []\n"),
        ("related: [{}]\n", "related:\n"),
        ("related: [{}]\n", "related: c\n"),
        ("related: [{}]\n", ""),
        ("related: [{}]\n", "related:\n  - c\n"),
        ("related: [{}]\n", "related:\n- 'c'\n"),
        ("related: [{}]\n", 'related:\n  - "c" # the best\ntags: [x]\n'),
        ("related: ['[[{}]]']\n", "related: ['[[c]]']\n"),
        ("related: ['[[{}]]']\n", ""),
        ("related: [{}.md]\n", "related:\n  - ./c.md\n"),
        ("Related: ['{}']\n", ""),
    ],
)
def test_the_patch_of_a_garden_adds_names_in_its_own_form(
    run: Run, tmp_path: Path, listed: str, lacking: str
) -> None:
    def lists(*names: str) -> str:
        item = listed.partition("[")[2].rpartition("]")[0]
        return listed.partition("[")[0] + "[" + ", ".join(item.format(name) for name in names) + "]\n"

    folder = write(
        tmp_path / "garden",
        {
            "a.md": GARDEN.format("Alpha", lists("b", "c")),
            "b.md": GARDEN.format("Beta", lacking),
            "c.md": GARDEN.format("Gamma", lists("a", "b")),
            "d.md": GARDEN.format("Delta", lists("a", "b", "c")),
            "e.md": GARDEN.format("Epsilon", lists("d")),
        },
    )
    (folder / "a.md").write_text(GARDEN.format("Alpha", lists("b", "c", "d")))
    (folder / "c.md").write_text(GARDEN.format("Gamma", lists("a", "b", "d")))
    (folder / "d.md").write_text(GARDEN.format("Delta", lists("a", "b", "c", "e")))
    patch = check_patch(run, folder, tmp_path / "db")
    added = "".join(
        line for line in patch.splitlines() if line.startswith("+") and not line.startswith("+++")
    )
    assert ("[[" in added) == ("[[" in listed)
    assert (".md" in added) == (".md" in listed)


def test_toml_and_files_without_front_matter_are_patched_too(run: Run, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "garden",
        {
            "a.md": '+++\ntitle = "Alpha"\nrelated = ["b", "c", "d"]\n[extra]\nx = 1\n+++\nText.\n',
            "b.md": '+++\ntitle = "Beta"\nrelated = ["c"]\n+++\nText.\n',
            "c.md": '+++\ntitle = "Gamma"\nrelated = ["a", "b"]\n+++\nText.\n',
            "d.md": "# Delta\n\nText.\n",
            "e.md": '+++\ntitle = "Epsilon"\nrelated = ["a", "c"]\n[extra]\nx = 1\n+++\n',
        },
    )
    (folder / "c.md").write_text('+++\ntitle = "Gamma"\nrelated = ["a", "b", "e"]\n+++\nText.\n')
    check_patch(run, folder, tmp_path / "db", "missing-reciprocal")
    assert (folder / "d.md").read_text().startswith("---\nrelated: [a]\n---\n# Delta\n")


def test_a_linked_garden_gets_no_missing_relations(run: Run, tmp_path: Path) -> None:
    """Links lead onward, and so do lists of which few are mutual."""
    files = {f"n{number}.md": f"# Note {number}\n\n[[n{number + 1}]]\n" for number in range(9)}
    files["m.md"] = "---\nrelated: [n1, n2, n3]\n---\n# Map\n"
    result = run("suggest-links", write(tmp_path / "garden", files), "--kind", "missing-reciprocal", "--diff")
    assert result.stdout == ""
    assert result.stderr == "0 missing reciprocal relations in 10 articles\n"


def test_a_list_that_cannot_be_patched_is_reported_apart(run: Run, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "garden",
        {
            "a.md": GARDEN.format("Alpha", "related: [b, c]\n"),
            "b.md": GARDEN.format("Beta", "related: [\n  c\n  ]\n"),
            "c.md": GARDEN.format("Gamma", "related: [a, b]\n"),
        },
    )
    result = run("suggest-links", folder, "--diff", "--kind", "missing-reciprocal")
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"{folder}/b.md: cannot be patched line by line; add a.md\n" in result.stderr


@pytest.mark.slow
def test_the_dev_corpus_gets_back_what_was_taken_from_it(run: Run, tmp_path: Path) -> None:
    """The lists of 40 articles lose all their entries: exactly these are suggested, and the patch restores them."""
    folder = tmp_path / "azure"
    shutil.copytree(corpus("azure-dev"), folder)
    whole, _ = content(folder, tmp_path / "db")
    listing = [path for path in sorted(folder.glob("_news/*.md")) if "\nrelated:\n" in path.read_text()]
    for path in listing[::20][:40]:
        text = path.read_text()
        path.write_text(re.sub(r"\nrelated:\n(?:(?: .*)?\n)+?(?=\S)", "\n", text))
    less, _ = content(folder, tmp_path / "db")
    assert len(whole) - len(less) > 100
    check_patch(run, folder, tmp_path / "db", "missing-reciprocal")
    restored, _ = content(folder, tmp_path / "db")
    lost_both_ways = {(a, b) for a, b in whole - less if (b, a) not in less}
    assert restored == whole - lost_both_ways
