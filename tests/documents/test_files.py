"""Only regular files inside the folder are opened, in one order, each as it was at one moment."""

from __future__ import annotations

import os
import socket
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from graph_api.documents import FileBytes, ParsedFile, read_file, scan
from graph_api.documents.limits import MAX_BYTES
from graph_api.errors import SourceError
from tests.documents.writing import only


def write(folder: Path, path: str, data: bytes = b"text") -> Path:
    """A file below *folder*."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def rejection(folder: Path, path: str) -> str:
    """The code with which reading the file is refused."""
    found = read_file(folder, path)
    assert isinstance(found, ParsedFile)
    assert found.document is None
    return only(found).code


def test_documents_are_listed_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for path in ("b.md", "a/z.md", "a.md", "a-b/x.MD", "a/b/c.markdown", "B.yaml", "c.yml"):
        write(tmp_path, path)
    listed = scan(tmp_path)
    assert listed == sorted(["b.md", "a/z.md", "a.md", "a-b/x.MD", "a/b/c.markdown", "B.yaml", "c.yml"])


def test_other_files_dotfiles_and_dot_folders_are_skipped(tmp_path: Path) -> None:
    for path in (".keep", ".hidden.md", ".git/x.md", "a/.jekyll/x.md", "x.txt", "md", "x.md.bak"):
        write(tmp_path, path)
    assert scan(tmp_path) == []


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such folder"):
        scan(tmp_path / "nowhere")


def test_a_file_in_place_of_a_folder_is_told_from_a_missing_one(tmp_path: Path) -> None:
    file = write(tmp_path, "file.md")
    with pytest.raises(
        SourceError, match=r"file\.md: is a file, not a folder; give the folder that holds it"
    ):
        scan(file)


def test_a_file_is_read_with_its_hash(tmp_path: Path) -> None:
    write(tmp_path, "a/b.md", b"abc")
    found = read_file(tmp_path, "a/b.md")
    assert found == FileBytes(
        path="a/b.md",
        data=b"abc",
        sha256="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    )


def test_a_link_out_of_the_folder_is_listed_but_never_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    write(outside, "news/secret.md")
    write(inside, "a.md")
    (inside / "link.md").symlink_to(outside / "news/secret.md")
    (inside / "news").symlink_to(outside / "news")
    (inside / "picture.png").symlink_to(outside / "picture.png")
    assert scan(inside) == ["a.md", "link.md", "news"]
    assert rejection(inside, "link.md") == "W214"
    assert rejection(inside, "news") == "W214"
    assert rejection(inside, "news/secret.md") == "W214"


def test_a_link_inside_the_folder_adds_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a/b.md")
    (tmp_path / "c.md").symlink_to(tmp_path / "a/b.md")
    (tmp_path / "d").symlink_to(tmp_path / "a")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    assert scan(tmp_path) == ["a/b.md"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "real/a.md")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert scan(tmp_path / "link") == ["a.md"]
    assert isinstance(read_file(tmp_path / "link", "a.md"), FileBytes)


@pytest.mark.parametrize("path", ["../secret.md", "a/../../secret.md", "..", ""])
def test_a_path_cannot_lead_out_of_the_folder(tmp_path: Path, path: str) -> None:
    write(tmp_path, "secret.md")
    (tmp_path / "folder/a").mkdir(parents=True)
    assert isinstance(read_file(tmp_path / "folder", path), ParsedFile)


def test_pipes_and_sockets_are_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.md"))
        (tmp_path / "folder.md").mkdir()
        for path in ("pipe.md", "socket.md", "folder.md"):
            assert rejection(tmp_path, path) == "E141"
    assert scan(tmp_path) == ["pipe.md", "socket.md"]


def test_a_file_over_five_megabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.md").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with (tmp_path / "large.md").open("wb") as file:
        file.truncate(MAX_BYTES)
    assert rejection(tmp_path, "huge.md") == "E140"
    assert isinstance(read_file(tmp_path, "large.md"), FileBytes)


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    assert rejection(tmp_path, "gone.md") == "E142"


def test_a_name_that_is_not_utf_8_is_rejected_with_a_printable_path(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.md", "wb"):  # noqa: PTH123  (no Path has such bytes as text)
        pass
    (path,) = scan(tmp_path)
    found = read_file(tmp_path, path)
    assert isinstance(found, ParsedFile)
    assert only(found).code == "E144"
    assert found.path == "caf\\udce9.md"


def test_a_file_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, "a.md", b"before")
    read = os.read

    def meddle(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        if data == b"before":
            file.write_bytes(b"afterwards")
        return data

    monkeypatch.setattr(os, "read", meddle)
    found = read_file(tmp_path, "a.md")
    assert isinstance(found, FileBytes)
    assert found.data == b"afterwards"


def test_a_file_that_never_rests_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "a.md", b"")
    read = os.read

    def meddle(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        file.write_bytes(data + b"more")
        return data

    monkeypatch.setattr(os, "read", meddle)
    assert rejection(tmp_path, "a.md") == "E143"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_paths_are_in_nfc_whatever_the_file_system_stores(
    tmp_path: Path, form: Literal["NFC", "NFD"]
) -> None:
    folder = tmp_path / unicodedata.normalize(form, "\u00fcber")
    folder.mkdir()
    (folder / unicodedata.normalize(form, "caf\u00e9.md")).write_text("text")
    assert scan(tmp_path) == ["\u00fcber/caf\u00e9.md"]
    file = read_file(tmp_path, "\u00fcber/caf\u00e9.md")
    assert isinstance(file, FileBytes)
    assert (file.path, file.data) == ("\u00fcber/caf\u00e9.md", b"text")


def test_a_name_that_is_only_partly_composed_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "e\u0301\u00e9.md").write_text("text")
    assert scan(tmp_path) == ["\u00e9\u00e9.md"]
    assert isinstance(read_file(tmp_path, "\u00e9\u00e9.md"), FileBytes)


def test_two_files_whose_names_differ_only_in_normalization_stay_two(tmp_path: Path) -> None:
    for name in ("caf\u00e9.md", "cafe\u0301.md"):
        (tmp_path / name).write_text(name)
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system takes the two names for one")
    found = [read_file(tmp_path, path) for path in scan(tmp_path)]
    assert [file.data.decode() for file in found if isinstance(file, FileBytes)] == [
        "cafe\u0301.md",
        "caf\u00e9.md",
    ]


def test_a_file_with_a_composed_name_that_is_missing_is_a_problem(tmp_path: Path) -> None:
    found = read_file(tmp_path, "\u00fcber/caf\u00e9.md")
    assert isinstance(found, ParsedFile)
    assert [problem.code for problem in found.problems] == ["E142"]
