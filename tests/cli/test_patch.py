"""Patches of front matter change only the values, and are applied by the programs that they are for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from graph_api.cli.patch import changed, line_of, unified

FILE = b"---\ntitle: One\nquality: 5\nheat: 7   # by hand\npublished: false\n---\nheat: no key\n"


def test_only_the_value_of_a_line_changes() -> None:
    assert changed(FILE, {"heat": "-1"}, "quality") == FILE.replace(b": 7", b": -1")


def test_line_ends_and_a_byte_order_mark_stay() -> None:
    windows = b"\xef\xbb\xbf" + FILE.replace(b"\n", b"\r\n")
    assert changed(windows, {"heat": "1"}, "quality") == windows.replace(b": 7", b": 1")


def test_a_missing_key_follows_the_one_it_belongs_to() -> None:
    assert changed(b"---\r\nquality: 5\r\n---\r\n", {"heat": "6"}, "quality") == (
        b"---\r\nquality: 5\r\nheat: 6\r\n---\r\n"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"no front matter\nheat: 7\n",
        b'---\nheat: "7"\n---\n',
        b"---\nheat:\n  7\n---\n",
        b"---\n{heat: 7}\n---\n",
        b"+++\nheat = 7\n+++\n",
        b"---\ntitle: One\n---\nheat: 7\n",
    ],
)
def test_what_is_no_plain_line_is_not_changed(data: bytes) -> None:
    assert changed(data, {"heat": "1"}, "quality") is None


def test_lines_are_looked_for_in_the_front_matter_only() -> None:
    lines = FILE.splitlines()
    assert line_of(lines, "heat") == 3
    assert line_of(lines, "excerpt") is None


@pytest.mark.parametrize("program", ["patch", "git"])
@pytest.mark.parametrize("name", ["a.md", "with space.md", "größe.md"])
@pytest.mark.parametrize(
    "old", [FILE, FILE.replace(b"\n", b"\r\n"), FILE[:-1], b"---\nquality: 5\nheat: 7\n---"]
)
def test_a_patch_makes_the_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, name: str, old: bytes
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "sub" / name
    file.parent.mkdir()
    file.write_bytes(old)
    new = changed(old, {"heat": "-1", "published": "true"}, "quality")
    assert new is not None
    made = unified(Path("sub") / name, old, new)
    assert made is not None
    command = ["patch", "--binary", "-p1"] if program == "patch" else ["git", "apply"]
    subprocess.run(command, input=made, check=True, cwd=tmp_path, capture_output=True)
    assert file.read_bytes() == new


def test_a_path_outside_the_current_folder_is_named_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    made = unified(tmp_path / "there" / "a.md", b"a\n", b"b\n")
    assert made is not None
    assert made.startswith(f"--- a{tmp_path}/there/a.md\n".encode())


def test_a_name_that_would_break_the_patch_has_none() -> None:
    assert unified(Path("a\nb.md"), b"a\n", b"b\n") is None
