"""`graph-api heat`: the editors' rule on small folders and on the dev corpus, and its patch."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.corpora import corpus

Run = Callable[..., Result]

SEEDS = Path(__file__).parents[2] / "seeds"


class Folder:
    """A folder of articles named by letters."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def add(
        self, name: str, related: Sequence[str] = (), *, day: int = 1, url: str = "", **fields: Any
    ) -> None:
        """An article with these fields; *related* are names."""
        lines = [
            f"title: {name}",
            f"publishedDateTime: 2024-01-{day:02}T00:00:00Z",
            f"webUrl: {_url(url or name)}",
        ]
        lines += [f"{key}: {str(value).lower()}" for key, value in fields.items()]
        lines += ["related:"] if related else []
        lines += [f"  - title: {other}\n    webUrl: {_url(other)}" for other in related]
        (self.path / f"{name}.md").write_text("\n".join(["---", *lines, "---", "Text.", ""]))

    def clique(self, **fields: Mapping[str, Any]) -> None:
        """Articles that all list each other."""
        for name, own in fields.items():
            self.add(name, [other for other in fields if other != name], **own)


def _url(name: str) -> str:
    return f"https://example.com/{name}"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "articles")


def shown(result: Result) -> dict[str, str]:
    """The changes by the name of the article."""
    return dict(re.findall(r"([^/\s]+)\.md(?::\d+)? (.+?) \(", result.stdout))


LED: Mapping[str, Any] = {"quality": 40, "heat": -1, "published": False}


def test_a_folder_that_follows_the_rule_has_no_differences(run: Run, folder: Folder) -> None:
    folder.clique(a={"quality": 60, "heat": 100, "published": True}, b=LED, c=LED)
    folder.add("alone", quality=69, heat=69, published=False)
    folder.add("good", quality=70, heat=70, published=True)
    result = run("heat", folder.path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "0 differences in 5 files; weight 20 (1 published file says so)\n"


def test_a_difference_names_file_line_values_and_reason_and_ends_with_one(run: Run, folder: Folder) -> None:
    folder.clique(a={"quality": 60, "heat": 99, "published": True}, b=LED, c=LED)
    result = run("heat", folder.path, "--weight", "20")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{folder.path}/a.md:6 heat 99 -> 100 (leads; quality 60, 2 related)",
        "1 difference in 3 files; weight 20",
    ]


def test_a_lead_is_published_from_50_with_related_articles_and_from_70_alone(
    run: Run, folder: Folder
) -> None:
    folder.clique(a={"quality": 50, "heat": 50, "published": False}, b=LED)
    folder.clique(c={"quality": 49, "heat": 69, "published": True}, d=LED)
    folder.add("e", quality=69, heat=69, published=True)
    folder.add("f", quality=70, heat=70, published=False)
    assert shown(run("heat", folder.path, "--weight", "20")) == {
        "a": "heat 50 -> 70, published false -> true",
        "c": "heat 69 -> 49, published true -> false",
        "e": "published true -> false",
        "f": "published false -> true",
    }


def test_an_article_that_another_one_leads_has_no_heat(run: Run, folder: Folder) -> None:
    folder.clique(
        a={"quality": 60, "heat": 80, "published": True}, b={"quality": 55, "heat": 75, "published": True}
    )
    result = run("heat", folder.path, "--weight", "20")
    assert shown(result) == {"b": "heat 75 -> -1, published true -> false"}
    assert "(quality 55; the lead is a.md with 60)" in result.stdout


def test_of_equal_quality_the_marked_article_leads_else_the_earliest(run: Run, folder: Folder) -> None:
    folder.clique(a={**LED, "day": 1}, b={"quality": 40, "heat": 40, "published": False, "day": 2})
    folder.clique(c={**LED, "day": 4}, d={**LED, "day": 3})
    assert shown(run("heat", folder.path)) == {"d": "heat -1 -> 40"}


def test_repeated_entries_and_the_article_itself_count(run: Run, folder: Folder) -> None:
    folder.add("a", ["b", "b", "a"], quality=60, heat=120, published=True)
    folder.add("b", ["a"], **LED)
    assert shown(run("heat", folder.path, "--weight", "20")) == {}


def test_articles_related_to_none_of_the_folder_count_too(run: Run, folder: Folder) -> None:
    folder.add("a", ["elsewhere", "nowhere"], quality=60, heat=80, published=True)
    result = run("heat", folder.path)
    assert result.stdout == "0 differences in 1 file; weight 10 (1 published file says so)\n"


def test_the_weight_is_the_one_most_files_agree_with(run: Run, folder: Folder) -> None:
    for name in "abc":
        folder.add(name, ["x"], quality=60, heat=70, published=True)
    folder.add("d", ["x"], quality=60, heat=80, published=True)
    assert shown(run("heat", folder.path)) == {"d": "heat 80 -> 70"}
    assert set(shown(run("heat", folder.path, "--weight", "20"))) == {"a", "b", "c"}
    assert set(shown(run("heat", folder.path, env={"GRAPH_API_WEIGHT": "20"}))) == {"a", "b", "c"}


def test_of_two_files_with_one_url_one_leads(run: Run, folder: Folder) -> None:
    folder.add("a", ["x"], url="x", day=1, quality=30, heat=30, published=False)
    folder.add("b", ["x"], url="x", day=2, quality=30, heat=30, published=False)
    assert shown(run("heat", folder.path)) == {"b": "heat 30 -> -1"}


def test_an_article_that_leads_one_of_its_stories_has_heat(run: Run, folder: Folder) -> None:
    folder.clique(a={"quality": 60, "heat": 120, "published": True}, b=LED, c=LED)
    folder.add("a", ["b", "c", "d", "e"], quality=60, heat=140, published=True)
    folder.add("d", ["a", "e"], quality=45, heat=45, published=False)
    folder.add("e", ["a", "d"], **LED)
    assert shown(run("heat", folder.path, "--weight", "20")) == {}


def test_missing_values_are_differences_and_missing_quality_is_none(run: Run, folder: Folder) -> None:
    folder.add("a", quality=10)
    folder.add("b", heat=10)
    result = run("heat", folder.path)
    assert shown(result) == {"a": "heat missing -> 10, published missing -> false"}
    assert result.stdout.endswith("in 1 file; weight 20 (by default)\n")


def test_a_removed_article_is_not_compared(run: Run, folder: Folder) -> None:
    folder.add("a", quality=82, heat=102, published=False, removed=True)
    assert run("heat", folder.path).exit_code == 0


def test_files_with_errors_are_counted(run: Run, folder: Folder) -> None:
    folder.add("a", quality="high")
    folder.add("b", quality=1, heat=1, published=False)
    result = run("heat", folder.path)
    assert result.exit_code == 0
    assert result.stderr == "1 file with errors left out; graph-api check shows them\n"


def test_a_folder_that_is_read_by_path_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: A\n---\n")
    result = run("heat", tmp_path)
    assert (result.exit_code, len(result.stderr.splitlines())) == (3, 1)


def test_the_patch_makes_the_folder_agree_and_nothing_is_written_before(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.clique(
        a={"quality": 60, "heat": 1, "published": False}, b={"quality": 50, "heat": 70, "published": True}
    )
    folder.add("c", quality=80)
    monkeypatch.chdir(folder.path.parent)
    before = {file.name: file.read_bytes() for file in folder.path.iterdir()}
    result = run("heat", folder.path.name, "--diff", "--weight", "20")
    assert result.exit_code == 1
    assert {file.name: file.read_bytes() for file in folder.path.iterdir()} == before
    assert result.stdout.startswith("--- a/articles/a.md\n+++ b/articles/a.md\n@@ ")
    assert result.stderr == "3 differences in 3 files; weight 20\n"
    subprocess.run(["git", "apply"], input=result.stdout, text=True, check=True, cwd=folder.path.parent)
    assert run("heat", folder.path, "--weight", "20").exit_code == 0
    changed = (line for name in before for line in _changed(before[name], folder.path / name))
    assert {line.partition(b":")[0] for line in changed} == {b"heat", b"published"}


def _changed(before: bytes, file: Path) -> set[bytes]:
    return set(before.splitlines()) ^ set(file.read_bytes().splitlines())


def test_a_value_that_cannot_be_patched_is_reported_apart(run: Run, folder: Folder) -> None:
    (folder.path / "a.md").write_text(f"---\ntitle: A\nwebUrl: {_url('a')}\nquality: 4\nheat:\n  3\n---\n")
    result = run("heat", folder.path, "--diff")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{folder.path}/a.md: cannot be patched line by line; " in result.stderr


def test_the_seeds_follow_the_rule_with_their_own_weight(run: Run) -> None:
    result = run("heat", SEEDS)
    assert result.exit_code == 0
    assert re.fullmatch(
        r"0 differences in \d+ files; weight 10 \(\d+ published files say so\)\n", result.stdout
    )


@pytest.mark.slow
def test_the_dev_corpus_agrees_but_for_three_files(run: Run, tmp_path: Path) -> None:
    """All 3,499 files that are not removed; the removed one has 102, as if it were published, and 82 by the rule."""
    result = run("heat", corpus("azure-dev"))
    assert {name[11:30]: change for name, change in shown(result).items()} == {
        "vectra-10-most-comm": "heat 98 -> 97",
        "hard-coded-ip-addre": "heat 123 -> 120",
        "microsoft-azure-cos": "heat 806 -> 802",
    }
    assert result.stdout.endswith("\n3 differences in 3,499 files; weight 20 (307 published files say so)\n")
    files = tmp_path / "copies"
    if shutil.which("patch") is None:
        pytest.skip("patch is not installed")
    shutil.copytree(corpus("azure-dev"), files)
    made = run("heat", files, "--diff").stdout
    subprocess.run(["patch", "-s", "-p1", "-d", "/"], input=made, text=True, check=True)
    assert run("heat", files).exit_code == 0
