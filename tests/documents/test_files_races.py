"""Folders that change while they are read, and pipes and devices in them: nothing outside is read, nothing blocks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from graph_api.documents import FileBytes, ParsedFile, read_file, scan
from graph_api.errors import SourceError
from tests.documents.writing import only

_NOBODY = 65534
_ROUNDS = 2_000
_SECRET = b"not for you"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the one that is read, with a file of its own and one of each name used here."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("a.md", "secret.md"):
        (folder / name).write_bytes(_SECRET)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder that is read: one file, in a folder of its own."""
    folder = tmp_path / "site"
    (folder / "news").mkdir(parents=True)
    (folder / "news/a.md").write_bytes(b"inside")
    return folder


def told(folder: Path, path: str) -> tuple[str, str]:
    """The code and message with which reading is refused."""
    found = read_file(folder, path)
    assert isinstance(found, ParsedFile), found
    problem = only(found)
    return problem.code, problem.message


@contextmanager
def meanwhile(change: Callable[[], None]) -> Iterator[None]:
    """Another thread makes the change again and again."""
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            change()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        ended.set()
        worker.join()


_LINK = ("W214", "the symbolic link leads outside the source folder; it is not followed")
_NO_FILE = ("E141", "this is not a regular file")


# -- what is replaced between listing and reading ----------------------------------------------------------


def test_a_file_replaced_by_a_link_is_not_read(site: Path, outside: Path) -> None:
    (path,) = scan(site)
    (site / path).unlink()
    (site / path).symlink_to(outside / "a.md")
    assert told(site, path) == _LINK


def test_a_folder_replaced_by_a_link_is_not_entered(site: Path, outside: Path) -> None:
    (path,) = scan(site)
    (site / "news").rename(site / "aside")
    (site / "news").symlink_to(outside)
    assert told(site, path) == _LINK


def test_a_folder_replaced_by_a_file_is_a_problem(site: Path) -> None:
    (path,) = scan(site)
    (site / "news").rename(site / "aside")
    (site / "news").write_bytes(b"")
    assert told(site, path) == _LINK


def test_a_file_replaced_by_a_pipe_is_not_waited_for(site: Path) -> None:
    (path,) = scan(site)
    (site / path).unlink()
    os.mkfifo(site / path)
    assert told(site, path) == _NO_FILE


def test_a_file_or_folder_that_vanishes_is_a_problem(site: Path) -> None:
    (path,) = scan(site)
    (site / path).unlink()
    gone = ("E142", "the file cannot be read: No such file or directory")
    assert told(site, path) == gone
    (site / "news").rmdir()
    assert told(site, path) == gone


def test_a_folder_that_is_a_link_now_and_then_never_leads_out(site: Path, outside: Path) -> None:
    news, aside = site / "news", site.parent / "aside"

    def swap() -> None:
        news.rename(aside)
        news.symlink_to(outside)
        news.unlink()
        aside.rename(news)

    inside = {"news/a.md", "news/", "news"}
    with meanwhile(swap):
        for _ in range(_ROUNDS):
            assert set(scan(site)) <= inside
            found = read_file(site, "news/a.md")
            if isinstance(found, FileBytes):
                assert found.data == b"inside"
            else:
                assert only(found).code in {"W214", "E142"}


def test_a_file_that_is_a_link_now_and_then_never_leads_out(site: Path, outside: Path) -> None:
    file, link, whole = site / "news/a.md", site / "link", site / "whole"
    whole.write_bytes(b"inside")

    def swap() -> None:
        link.symlink_to(outside / "a.md")
        link.replace(file)
        link.hardlink_to(whole)
        link.replace(file)
        link.unlink(missing_ok=True)  # replacing one name of a file by another leaves both

    with meanwhile(swap):
        for _ in range(_ROUNDS):
            found = read_file(site, "news/a.md")
            if isinstance(found, FileBytes):
                assert found.data == b"inside"
            else:
                assert only(found).code == "W214"


# -- what changes while it is read -------------------------------------------------------------------------


def test_a_file_that_grows_is_read_as_it_was_at_one_moment_or_given_up(site: Path) -> None:
    line = b"0123456789\n" * 100
    with (
        (site / "news/a.md").open("wb", buffering=0) as file,
        meanwhile(lambda: _appended(file.fileno(), line)),
    ):
        for _ in range(_ROUNDS):
            found = read_file(site, "news/a.md")
            if isinstance(found, FileBytes):
                assert (line * (len(found.data) // len(line) + 1)).startswith(
                    found.data
                )  # a line may be half written
            else:
                assert only(found).code in {"E143", "E140"}


def _appended(descriptor: int, line: bytes) -> None:
    os.write(descriptor, line)


def test_a_file_replaced_by_renaming_is_read_whole(site: Path) -> None:
    file, new = site / "news/a.md", site / "new"

    def replaced() -> None:
        for text in (b"short", b"long " * 10_000):
            new.write_bytes(text)
            new.replace(file)

    with meanwhile(replaced):
        found = [read_file(site, "news/a.md") for _ in range(_ROUNDS)]
    texts = {one.data for one in found if isinstance(one, FileBytes)}
    assert texts <= {b"inside", b"short", b"long " * 10_000}
    assert len(texts) > 1


# -- what is no file ---------------------------------------------------------------------------------------


_WATCHED = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(arguments[0]) if event == "open" else None)
from graph_api.documents import read_file
for name in ("pipe.md", "socket.md", "a.md"):
    read_file(sys.argv[1], name)
    print(name, name in opened)
"""


def test_pipes_and_sockets_are_not_even_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")  # opening it would wake a writer
    (tmp_path / "a.md").write_bytes(b"text")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.md"))
        watched = [sys.executable, "-c", _WATCHED, str(tmp_path)]
        seen = subprocess.run(watched, capture_output=True, check=True, text=True).stdout
    assert seen.splitlines() == ["pipe.md False", "socket.md False", "a.md True"]


@pytest.mark.parametrize("device", ["zero", "null", "tty"])
def test_a_device_is_not_opened(device: str) -> None:
    assert told(Path("/dev"), device) == _NO_FILE


def test_links_in_circles_end(tmp_path: Path, site: Path) -> None:
    (site / "itself.md").symlink_to(site / "itself.md")
    (site / "one.md").symlink_to(site / "two.md")
    (site / "two.md").symlink_to(site / "one.md")
    (site / "news/up").symlink_to("..")
    assert scan(site) == ["news/a.md"]
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (site / "out").symlink_to(tmp_path / "circle")
    assert scan(site) == ["news/a.md", "out"]
    assert told(site, "out") == _LINK


# -- what may not be read ----------------------------------------------------------------------------------


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can reach, unlike those pytest makes."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@contextmanager
def nobody() -> Iterator[None]:
    """The process has no special rights: root may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_an_unreadable_file_is_a_problem_and_the_others_are_read(open_folder: Path) -> None:
    for path in ("a.md", "closed.md", "shut/b.md"):
        (open_folder / path).parent.mkdir(exist_ok=True)
        (open_folder / path).write_bytes(b"text")
    (open_folder / "closed.md").chmod(0)
    (open_folder / "shut").chmod(0)
    with nobody():
        assert scan(open_folder) == ["a.md", "closed.md", "shut/"]
        assert isinstance(read_file(open_folder, "a.md"), FileBytes)
        assert told(open_folder, "closed.md") == ("E142", "the file cannot be read: Permission denied")
        assert told(open_folder, "shut/") == ("E142", "the folder cannot be read: Permission denied")
    (open_folder / "shut").chmod(0o755)


def test_a_source_folder_that_may_not_be_read_is_an_error(open_folder: Path) -> None:
    (open_folder / "site").mkdir(mode=0)
    with (
        nobody(),
        pytest.raises(SourceError, match=r"site: cannot be read: Permission denied; check its perm"),
    ):
        scan(open_folder / "site")


# -- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\tb", "a\x1b[31mb", "a\u202eb", "a\\b", " a ", "a'\"&<b"])
def test_a_file_may_have_any_name_that_is_a_text(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / f"{name}.md").write_bytes(b"text")
    (path,) = scan(tmp_path)
    assert path == f"{name}/{name}.md"
    assert isinstance(read_file(tmp_path, path), FileBytes)


def test_a_folder_name_that_is_not_utf_8_is_a_problem(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "a.md").write_bytes(b"text")
    (path,) = scan(tmp_path)
    assert told(tmp_path, path) == ("E144", "the file's name is not UTF-8")


def test_a_path_longer_than_the_system_takes_is_read(tmp_path: Path) -> None:
    steps = ["x" * 200] * 40
    _in_folders(tmp_path, steps)
    (path,) = scan(tmp_path)
    assert path == "/".join([*steps, "a.md"])
    assert isinstance(read_file(tmp_path, path), FileBytes)


def test_folders_in_very_many_folders_are_not_entered(tmp_path: Path) -> None:
    _in_folders(tmp_path, ["x"] * 101)
    (path,) = scan(tmp_path)
    assert path == "x/" * 101
    assert told(tmp_path, path) == ("E142", "the folder cannot be read: more than 100 nested folders")


def _in_folders(folder: Path, steps: list[str]) -> None:
    """A file below so many folders, made step by step."""
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for step in steps:
        os.mkdir(step, dir_fd=at)
        below = os.open(step, os.O_RDONLY | os.O_DIRECTORY, dir_fd=at)
        os.close(at)
        at = below
    os.close(os.open("a.md", os.O_WRONLY | os.O_CREAT, dir_fd=at))
    os.close(at)
