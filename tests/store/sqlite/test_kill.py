"""An ingest that is killed (signal 9) leaves the old graph or the new one, each whole.

One process ingests again and again in forks of itself; fork number n kills itself at the n-th moment. A
moment is the start of a statement, or every so many steps of SQLite's machine within one.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from graph_api.ingest import ingest
from tests.ingest.build import markdown, rows, write_folder

_FORKS = """
import os, shutil, signal, sqlite3, sys
from graph_api.ingest import ingest

folder, old, place, wanted = sys.argv[1:4] + [int(sys.argv[4])]
connect, passed, last = sqlite3.connect, 0, 0

def moment(*_):
    global passed
    passed += 1
    if passed == last:
        os.kill(os.getpid(), signal.SIGKILL)

def connected(*arguments, **keywords):
    connection = connect(*arguments, **keywords)
    connection.set_trace_callback(moment)
    connection.set_progress_handler(moment, 100)
    return connection

def database(name):
    path = f"{place}/{name}.sqlite"
    if old:
        shutil.copy(old, path)
    return path

sqlite3.connect = connected
ingest([folder], database("whole"))
moments = passed
step = max(1, moments // wanted)
for last in sorted({*range(1, moments + 1, step), moments}):
    child = os.fork()
    if not child:
        passed = 0
        ingest([folder], database(f"{last:06}"))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (last, status)
"""


@pytest.mark.parametrize("fresh", [False, True])
def test_an_ingest_killed_at_any_moment_leaves_the_old_graph_or_the_new(tmp_path: Path, fresh: bool) -> None:
    folder, old, new, killed = (tmp_path / name for name in ("site", "old.sqlite", "new.sqlite", "killed"))
    killed.mkdir()
    write_folder(folder, {"a.md": markdown("a", related=["b"]), "b.md": markdown("b", related=["c"])})
    ingest([folder], old)
    write_folder(folder, {"a.md": markdown("a", related=["c"]), "c.md": markdown("c"), "e.md": markdown("e")})
    ingest([folder], new)
    arguments = [str(folder), "" if fresh else str(old), str(killed), "60"]
    subprocess.run([sys.executable, "-c", _FORKS, *arguments], check=True, timeout=120)

    whole = [{} if fresh else rows(old), rows(new)]
    found = [whole.index(_rows(database)) for database in sorted(killed.glob("0*.sqlite"))]
    assert len(found) > 60
    assert found == sorted(found)  # once the new graph is there it stays
    assert set(found) == {0, 1}
    for database in sorted(killed.glob("0*.sqlite"))[::7]:
        ingest([folder], database)
        assert rows(database) == rows(new)


def _rows(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a sound database; nothing while there are no tables."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            return {}
    return rows(database)
