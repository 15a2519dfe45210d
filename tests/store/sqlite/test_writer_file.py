"""What can happen to a database file while it is written: no space, damage, removal, files of other programs."""

from __future__ import annotations

import re
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from graph_api.errors import StoreError
from graph_api.ingest import ingest
from graph_api.store.sqlite.connection import connected
from graph_api.store.sqlite.tables import SCHEMA_VERSION
from tests.ingest.build import markdown, rows, select, write_folder

Damage = Callable[[Path], object]

_DISKS = 20

_EVER_LARGER_DISKS = """
import os, resource, shutil, sys
from graph_api.errors import StoreError
from graph_api.ingest import ingest

folder, old, place = sys.argv[1:4]
for number, size in enumerate(sys.argv[4:]):
    child = os.fork()
    if not child:
        path = f"{place}/{number}.sqlite"
        if old:
            shutil.copy(old, path)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
        try:
            ingest([folder], path)
        except StoreError as error:
            assert str(error).startswith(path) and str(error).count(chr(10)) == 0
            os._exit(3)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two articles."""
    return write_folder(tmp_path / "site", {"a.md": markdown("a", related=["b"]), "b.md": markdown("b")})


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another folder, with one article."""
    return write_folder(tmp_path / "other", {"z.md": markdown("z")})


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "graph.sqlite"


def slugs(database: Path) -> list[str]:
    return [slug for (slug,) in select(database, "SELECT slug FROM article ORDER BY slug")]


@pytest.mark.parametrize("fresh", [False, True])
def test_wherever_space_ends_the_old_graph_stays_or_the_new_is_whole(
    tmp_path: Path, folder: Path, fresh: bool
) -> None:
    old, new, disks = (tmp_path / name for name in ("old.sqlite", "new.sqlite", "disks"))
    disks.mkdir()
    ingest([folder], old)
    write_folder(folder, {f"{number}.md": markdown(f"n{number}", related=["b"]) for number in range(40)})
    ingest([folder], new)
    sizes = [2 * new.stat().st_size * number // _DISKS for number in range(_DISKS + 1)]
    arguments = [str(folder), "" if fresh else str(old), str(disks), *map(str, sizes)]
    done = subprocess.run(
        [sys.executable, "-c", _EVER_LARGER_DISKS, *arguments], check=True, capture_output=True, timeout=120
    )

    codes = [int(code) for code in done.stdout.split()]
    assert codes == sorted(codes, reverse=True)
    assert set(codes) == {3, 0}
    before = None if fresh else rows(old)
    for number, code in enumerate(codes):
        database = disks / f"{number}.sqlite"
        assert (rows(database) if database.exists() else None) == (rows(new) if code == 0 else before)


def _other_program(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE meta SET value = '0.0.0' WHERE name = 'program'")
        connection.execute("UPDATE article SET title = 'as another version read it'")


def _lost_page(database: Path) -> None:
    """The last index is lost: nothing that an ingest would look at by itself."""
    with closing(sqlite3.connect(database)) as connection:
        [page] = connection.execute("SELECT max(rootpage) FROM sqlite_schema").fetchone()
    data = database.read_bytes()
    database.write_bytes(data[: (page - 1) * 4096] + b"\xa5" * 4096 + data[page * 4096 :])


@pytest.mark.parametrize("damage", [_other_program, _lost_page])
def test_a_rebuild_loses_no_other_folder_silently(
    folder: Path, other: Path, database: Path, damage: Callable[[Path], None]
) -> None:
    ingest([folder, other], database)
    damage(database)
    before = database.read_bytes()
    with pytest.raises(StoreError, match=rf"rebuilt; name its other folders too \({other}\)"):
        ingest([folder], database)
    assert database.read_bytes() == before
    ingest([folder, other], database)
    assert len(slugs(database)) == 3


def test_with_only_a_database_is_rebuilt_without_its_other_folders(
    folder: Path, other: Path, database: Path
) -> None:
    ingest([folder, other], database)
    _other_program(database)
    ingest([folder], database, only=True)
    assert len(slugs(database)) == 2


def test_damage_is_found_and_logged_when_no_file_changed(
    folder: Path, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ingest([folder], database)
    whole = rows(database)
    _lost_page(database)
    ingest([folder], database)
    assert rows(database) == whole
    [told] = caplog.messages
    assert re.match(rf"{database} was damaged \(.+\) and is rebuilt$", told)


def test_the_wal_of_a_removed_database_is_not_used_for_a_new_one(
    folder: Path, other: Path, database: Path
) -> None:
    ingest([folder], database)
    with closing(connected(database)) as server:
        database.unlink()
        ingest([other], database)
        assert server.execute("SELECT count(*) FROM article").fetchone() == (2,)
    assert slugs(database) == ["z"]


def test_a_read_only_lock_file_works_and_a_folder_in_its_place_is_named(folder: Path, database: Path) -> None:
    lock = database.with_name(f"{database.name}.lock")
    lock.touch(mode=0o444)
    ingest([folder], database)
    lock.unlink()
    lock.mkdir()
    with pytest.raises(StoreError, match=rf"^{lock}: Is a directory; name another file"):
        ingest([folder], database)


def test_no_lock_file_is_left_beside_a_file_of_another_program(folder: Path, database: Path) -> None:
    database.write_text("my notes")
    with pytest.raises(StoreError, match="is not a database of graph-api"):
        ingest([folder], database)
    assert not database.with_name(f"{database.name}.lock").exists()


# -- outdated, damaged, not ours ----------------------------------------------------------------------------
def _other_schema(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(f"DROP TABLE topic; PRAGMA user_version = {SCHEMA_VERSION + 1}")


def _truncated(database: Path) -> None:
    data = database.read_bytes()
    database.write_bytes(data[: len(data) // 2])


def _scribbled(database: Path) -> None:
    data = database.read_bytes()
    database.write_bytes(data[:100] + b"\xff" * (len(data) - 100))


@pytest.mark.parametrize("damage", [_other_schema, _other_program, _truncated, _scribbled])
def test_an_outdated_or_damaged_database_is_rebuilt(
    folder: Path, database: Path, tmp_path: Path, damage: Damage
) -> None:
    ingest([folder], database)
    damage(database)
    ingest([folder], database)
    ingest([folder], tmp_path / "fresh.sqlite")
    assert rows(database) == rows(tmp_path / "fresh.sqlite")


def _text(database: Path) -> None:
    database.write_text("my notes, not a database, and longer than the head of one\n" * 10)


def _of_another_program(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE mine (x)")


def _marked_by_another_program(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("PRAGMA application_id = 7; CREATE TABLE mine (x)")


@pytest.mark.parametrize("make", [_text, _of_another_program, _marked_by_another_program])
def test_a_file_of_another_program_is_refused_and_untouched(
    folder: Path, database: Path, make: Damage
) -> None:
    make(database)
    before = database.read_bytes()
    with pytest.raises(StoreError, match="name another file"):
        ingest([folder], database)
    assert database.read_bytes() == before


def test_an_empty_file_is_filled(folder: Path, database: Path) -> None:
    database.touch()
    ingest([folder], database)
    assert slugs(database) == ["a", "b"]


def test_a_path_that_cannot_be_written_gives_one_clear_line(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"^\S+missing/graph\.sqlite: No such file or directory; name another"
    ):
        ingest([folder], tmp_path / "missing" / "graph.sqlite")
    with pytest.raises(StoreError, match="Is a directory"):
        ingest([folder], tmp_path)


def test_a_full_disk_gives_one_clear_line_and_the_old_graph_stays(folder: Path, database: Path) -> None:
    ingest([folder], database)
    before = rows(database)
    (folder / "big.md").write_text(markdown("big") + "word " * 400_000)
    done = _in_process(
        f"""
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, {resource.RLIM_INFINITY}))
        from graph_api.errors import StoreError
        from graph_api.ingest import ingest
        try:
            ingest([{str(folder)!r}], {str(database)!r})
        except StoreError as error:
            print(error)
        """
    )
    assert done.returncode == 0
    assert done.stdout.startswith(f"{database}: ")
    assert done.stdout.count("\n") == 1
    assert rows(database) == before


def _in_process(script: str) -> subprocess.CompletedProcess[str]:
    lines = script.strip("\n").splitlines()
    margin = len(lines[0]) - len(lines[0].lstrip())
    text = "\n".join(line[margin:] for line in lines)
    return subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=False, timeout=60
    )


def test_generations_only_grow_and_survive_a_rebuild(folder: Path, database: Path) -> None:
    def generation() -> tuple[str, str]:
        ingest([folder], database)
        [found] = select(
            database,
            "SELECT r.value, g.value FROM meta r, meta g WHERE r.name = 'revision' AND g.name = 'generation'",
        )
        return found

    file = folder / "a.md"
    texts = {"A": file.read_text(), "B": markdown("a", extra="quality: 7\n")}
    seen: list[tuple[str, str]] = []
    for name in "ABAA":
        file.write_text(texts[name])
        seen.append(generation())
    assert [number for _, number in seen] == ["1", "2", "3", "3"]
    assert seen[0][0] == seen[2][0] != seen[1][0]
    _other_program(database)
    assert generation() == seen[3]
    _other_program(database)
    file.write_text(texts["B"])
    assert generation() == (seen[1][0], "4")
