"""What can befall a database while it is written: no space, damage, removal, other folders' content in it."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from graph_api.errors import StoreError
from graph_api.ingest import ingest
from graph_api.ingest.sources import sources
from graph_api.store.sqlite.connection import connected
from tests.ingest.build import markdown, rows, select, write_folder

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
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE meta SET value = '0.0.0' WHERE name = 'program'")
        connection.commit()


def _lost_page(database: Path) -> None:
    """The last page is lost: nothing that an ingest would look at by itself."""
    data = database.read_bytes()
    database.write_bytes(data[:-4096] + b"\xa5" * 4096)


@pytest.mark.parametrize("damage", [_other_program, _lost_page])
def test_a_database_that_must_be_built_anew_loses_no_folder_silently(
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


def test_with_only_a_database_is_built_anew_whatever_it_held(
    folder: Path, other: Path, database: Path
) -> None:
    ingest([folder, other], database)
    _other_program(database)
    ingest([folder], database, only=True)
    assert len(slugs(database)) == 2


def test_damage_is_found_where_nothing_changed_and_is_told(
    folder: Path, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ingest([folder], database)
    whole = rows(database)
    _lost_page(database)
    ingest([folder], database)
    assert rows(database) == whole
    [told] = caplog.messages
    assert re.match(rf"{database} was damaged \(.+\) and is rebuilt$", told)


def test_the_files_of_a_folder_can_be_read_a_second_time(folder: Path) -> None:
    """A database whose damage shows late is filled twice."""
    [source] = sources([folder])
    first, second = ([file.sha256 for file in source.files] for _ in range(2))
    assert first == second
    assert len(first) == 2


def test_what_a_removed_database_has_left_is_not_used_for_the_new_one(
    folder: Path, other: Path, database: Path
) -> None:
    ingest([folder], database)
    with closing(connected(database)) as server:
        database.unlink()
        ingest([other], database)
        assert server.execute("SELECT count(*) FROM article").fetchone() == (2,)
    assert slugs(database) == ["z"]


def test_a_lock_that_only_somebody_else_can_write_will_do_and_one_that_is_no_file_is_named(
    folder: Path, database: Path
) -> None:
    lock = database.with_name(f"{database.name}.lock")
    lock.touch(mode=0o444)
    ingest([folder], database)
    lock.unlink()
    lock.mkdir()
    with pytest.raises(StoreError, match=rf"^{lock}: Is a directory; name another file"):
        ingest([folder], database)


def test_no_lock_is_left_beside_a_file_of_somebody_else(folder: Path, database: Path) -> None:
    database.write_text("my notes")
    with pytest.raises(StoreError, match="is not a database of graph-api"):
        ingest([folder], database)
    assert not database.with_name(f"{database.name}.lock").exists()
