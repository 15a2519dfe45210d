"""What goes wrong with a database file is told in one line that ends with what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from graph_api.store.sqlite.connection import unreadable


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        (sqlite3.SQLITE_NOTADB, "choose another file"),
        (sqlite3.SQLITE_CORRUPT, "`graph-api ingest FOLDER --db a.db` rebuilds it"),
        (sqlite3.SQLITE_CANTOPEN, "it must be readable, and its folder writable"),
        (sqlite3.SQLITE_IOERR, "try again, or choose another file"),
        (sqlite3.SQLITE_BUSY, "try again, or choose another file"),
    ],
)
def test_every_error_of_a_file_ends_with_what_to_do(code: int, mend: str) -> None:
    error = sqlite3.OperationalError("the reason")
    error.sqlite_errorcode = code
    told, _, hint = str(unreadable(Path("a.db"), error)).rpartition(": ")
    assert (told.endswith("(the reason)"), hint) == (True, mend)
