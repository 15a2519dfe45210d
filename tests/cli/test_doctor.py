"""`graph-api doctor` finds what is wrong, says how to fix it, and changes nothing."""

from __future__ import annotations

import fcntl
import json
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from graph_api.server.access import Scope, new_key

Run = Callable[..., Result]
Found = list[dict[str, Any]]
Doctor = Callable[..., tuple[int, Found]]


@pytest.fixture
def doctor(run: Run) -> Doctor:
    """The exit code, and the findings that are not ok."""

    def ask(*arguments: str | Path) -> tuple[int, Found]:
        result = run("doctor", *arguments, "--output-format", "json", "--port", "0")
        found = json.loads(result.stdout)
        return result.exit_code, [one for one in found if one["weight"] != "ok" and one["about"] != "pages"]

    return ask


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "One")
    return folder


@pytest.fixture
def database(run: Run, folder: Path, tmp_path: Path) -> Path:
    database = tmp_path / "articles.db"
    assert run("ingest", folder, "--db", database).exit_code == 0
    return database


def write(folder: Path, title: str, name: str = "2023-03-15-one.md") -> None:
    (folder / name).write_text(f"---\ntitle: {title}\nwebUrl: https://example.com/{title.lower()}\n---\n")


def one(found: Found) -> tuple[str, str, str]:
    [only] = found
    assert only["fix"]
    return only["weight"], only["about"], f"{only['message']}; {only['fix']}"


def test_without_problems_every_finding_is_ok(run: Run, database: Path, folder: Path) -> None:
    result = run("doctor", folder, "--db", database, "--port", "0")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[1] for line in lines if line[1] != "pages"] == [
        *("versions", "database", "source", "settings", "disk", "memory", "descriptors"),
    ]
    assert {line[0] for line in lines if line[1] != "pages"} == {"ok"}
    assert "1 article, revision " in result.stdout


def test_without_folders_those_of_the_database_are_checked(run: Run, database: Path, folder: Path) -> None:
    result = run("doctor", "--db", database)
    assert f"{folder}: 1 file, unchanged since the ingest" in result.stdout


def test_a_database_that_does_not_exist_yet_is_ok(doctor: Doctor, folder: Path, tmp_path: Path) -> None:
    assert doctor(folder, "--db", tmp_path / "new.db") == (0, [])
    assert not (tmp_path / "new.db").exists()


# -- databases ---------------------------------------------------------------------------------------------


def no_database(path: Path) -> None:
    path.unlink()


def not_a_database(path: Path) -> None:
    path.write_bytes(b"hello" * 1_000)


def an_empty_file(path: Path) -> None:
    path.write_bytes(b"")


def of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (id)")


def damaged(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    path.write_bytes(data)


def of_another_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        (no_database, "does not exist; "),
        (not_a_database, "is not a database"),
        (an_empty_file, "holds no graph yet; "),
        (of_another_program, "is a database of another program; "),
        (damaged, "is damaged ("),
        (of_another_version, "has schema version 1, this program reads "),
    ],
)
def test_a_database_that_cannot_be_served_is_an_error(
    doctor: Doctor, database: Path, breaks: Callable[[Path], None], told: str
) -> None:
    breaks(database)
    code, found = doctor("--db", database)
    assert code == 1
    weight, about, said = one(found)
    assert (weight, about) == ("error", "database")
    assert f"{database} {told}" in said


def test_a_database_that_serve_would_rebuild_is_a_warning(
    doctor: Doctor, database: Path, folder: Path
) -> None:
    of_another_version(database)
    code, found = doctor(folder, "--db", database)
    assert (code, one(found)[:2]) == (0, ("warning", "database"))


def test_a_locked_database_is_a_warning(doctor: Doctor, database: Path) -> None:
    with Path(f"{database}.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, found = doctor("--db", database)
    assert (code, one(found)[:2]) == (0, ("warning", "database"))
    assert "is locked by an ingest; wait" in one(found)[2]


def test_a_database_of_another_program_version_is_a_warning(doctor: Doctor, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE meta SET value = '0.0.1' WHERE name = 'program'")
    assert "by graph-api 0.0.1; graph-api ingest " in one(doctor("--db", database)[1])[2]


# -- folders -----------------------------------------------------------------------------------------------


def test_what_changed_since_the_ingest_is_a_warning(doctor: Doctor, database: Path, folder: Path) -> None:
    write(folder, "Changed")
    write(folder, "New", "2023-03-16-new.md")
    code, found = doctor(folder, "--db", database)
    assert (code, one(found)[:2]) == (0, ("warning", "source"))
    assert (
        f"1 new, 1 changed since it was ingested; graph-api ingest {folder} --db {database}" in one(found)[2]
    )


def test_a_missing_folder_is_an_error_where_it_is_asked_for(
    doctor: Doctor, database: Path, folder: Path
) -> None:
    folder.rename(folder.with_name("moved"))
    asked, served = doctor(folder, "--db", database), doctor("--db", database)
    assert (asked[0], one(asked[1])[:2]) == (1, ("error", "source"))
    assert (served[0], one(served[1])[:2]) == (0, ("warning", "source"))


def test_a_folder_without_documents_is_an_error(doctor: Doctor, database: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, found = doctor(tmp_path / "empty", "--db", database)
    assert (code, one(found)[0]) == (1, "error")
    assert "holds no documents" in one(found)[2]


def test_files_that_were_rejected_are_a_warning(
    run: Run, doctor: Doctor, database: Path, folder: Path
) -> None:
    (folder / "2023-03-17-bad.md").write_text("---\ntitle: No address\n---\n")
    run("ingest", folder, "--db", database)
    assert one(doctor("--db", database)[1])[1:] == (
        "content",
        f"1 error in the documents: those files are excluded; graph-api check {folder}",
    )


# -- settings and machine ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--host", "0.0.0.0"],
            "anyone who can reach 0.0.0.0 can read everything, /metrics too; --keys-file",
        ),
        (["--host", "::"], "anyone who can reach :: "),
        (["--expose-secured"], "anyone who can reach the server can read secured payloads"),
        (["--trusted-proxies", "*"], "name the addresses of your proxies"),
        (["--cors-origins", "*"], "pages of every site may call the API"),
        (["--workers", "2", "--rate-limit", "9"], "each of 2 workers counts --rate-limit separately"),
        (
            ["--rate-limit", "9", "--rate-limit-storage", "redis://127.0.0.1:1/0"],
            "the Redis of --rate-limit-storage does not respond",
        ),
        (["--workers", "256"], "256 workers on "),
    ],
)
def test_an_unsafe_setting_is_a_warning(
    doctor: Doctor, database: Path, arguments: list[str], told: str
) -> None:
    small = ["--response-cache-bytes", "0", "--row-cache-bytes", "0"] if "--workers" in arguments else []
    code, found = doctor("--db", database, *arguments, *small)
    about = [one for one in found if one["about"] != "memory"]
    assert code == (1 if len(about) < len(found) else 0)
    assert one(about)[0] == "warning"
    assert told in one(about)[2]


def test_with_keys_any_host_is_ok(doctor: Doctor, database: Path) -> None:
    _, key = new_key("newsroom", [Scope.READ])
    assert doctor("--db", database, "--host", "0.0.0.0", "--keys", key.entry) == (0, [])
    code, found = doctor(*("--db", database, "--keys", key.entry, "--anonymous-scopes", "read+unpublished"))
    assert (code, one(found)[0]) == (0, "warning")
    assert "requests without a key read what keys protect" in one(found)[2]


@pytest.mark.parametrize(
    ("arguments", "about", "told"),
    [
        (["--keys", "nonsense"], "settings", "as `graph-api key` prints them"),
        (["--keys-file", "none.txt"], "settings", "none.txt"),
        (["--trusted-documents", "none"], "settings", "none"),
        (
            ["--rate-limit", "9", "--rate-limit-storage", "redis://127.0.0.1:port/0"],
            "settings",
            "not the address of a Redis",
        ),
        (["--row-cache-bytes", f"{1 << 50}"], "memory", "lower --workers, "),
        (["--max-connections", "2000000000"], "descriptors", "raise the limit (ulimit -n 2000000256)"),
    ],
)
def test_a_setting_that_cannot_work_here_is_an_error(
    doctor: Doctor, database: Path, arguments: list[str], about: str, told: str
) -> None:
    code, found = doctor("--db", database, *arguments)
    assert (code, one(found)[:2]) == (1, ("error", about))
    assert told in one(found)[2]


def test_a_port_in_use_is_a_warning(run: Run, database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("doctor", "--db", database, "--port", str(port))
    assert result.exit_code == 0
    assert f"port {port} is in use, possibly by this server; fix: try --port" in result.stdout


def test_nothing_to_check_is_a_usage_error(run: Run) -> None:
    assert run("doctor").exit_code == 2


def test_nothing_is_changed(doctor: Doctor, database: Path, folder: Path) -> None:
    write(folder, "Changed")
    before = database.read_bytes()
    doctor(folder, "--db", database)
    assert database.read_bytes() == before
