"""What `graph-api doctor` looks at: each check says what it found, and where something is to be mended, how."""

from __future__ import annotations

import asyncio
import platform
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path

from graph_api.cli import sockets, system_info
from graph_api.cli.sockets import OTHER_FILES
from graph_api.cli.terminal import check_command, counted
from graph_api.errors import GraphApiError, StartError, StoreOutdated
from graph_api.execution.preparation import Preparation
from graph_api.ingest.changes import changes
from graph_api.records import ContentStatus, Severity
from graph_api.schema import build_schema
from graph_api.server.access import Access
from graph_api.server.graphql.persisted import read_trusted_documents
from graph_api.server.pages import page
from graph_api.server.rate_limit.buckets import TokenBuckets
from graph_api.server.state import rate_limiter
from graph_api.settings import Settings, counts_apart
from graph_api.store import StoreUrl, at, engine_versions
from graph_api.store.location import Health, StoreLocation
from graph_api.store.reads import Rights, Status, ask

_LEAST_FREE_BYTES = 64 * 2**20
_LARGE_BACKLOG_BYTES = 256 * 2**20
_PROCESS_BYTES = 150 * 2**20  # a worker without its caches: measured about 90 MB
_LIBRARIES = ("graph-api", "strawberry-graphql", "graphql-core", "starlette", "uvicorn")


class Weight(StrEnum):
    """How bad it is: an *error* keeps the server from what it is asked to do."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found *about* something; *mend* says what to do, empty when nothing is to be done."""

    weight: Weight
    about: str
    told: str
    mend: str = ""


def _ok(about: str, told: str) -> Finding:
    return Finding(weight=Weight.OK, about=about, told=told)


def _warning(about: str, told: str, mend: str) -> Finding:
    return Finding(weight=Weight.WARNING, about=about, told=told, mend=mend)


def _error(about: str, told: str, mend: str) -> Finding:
    return Finding(weight=Weight.ERROR, about=about, told=told, mend=mend)


def findings(folders: Sequence[Path], database: StoreUrl, settings: Settings) -> Iterator[Finding]:
    """All that there is to say, in the order of its sections."""
    yield _ok("versions", ", ".join(_versions()))
    location, found = at(database), None
    if location.exists() or not folders:
        try:
            found = location.health()
        except GraphApiError as error:
            yield _unusable(folders, error)
    else:
        yield _ok("database", f"{location} does not exist yet; serve and ingest make it")
    if found is not None:
        yield from _database(location, found)
    for folder in folders or [Path(name) for name in (found.files if found else ())]:
        yield _source(folder, location, found, given=bool(folders))
    yield _pages()
    yield from _settings(settings)
    yield from _room(location, found)
    yield from _machine(settings)


def _versions() -> Iterator[str]:
    yield f"Python {platform.python_version()}"
    yield from engine_versions()
    for name in _LIBRARIES:
        yield f"{name} {version(name)}"


# -- the database ------------------------------------------------------------------------------------------


def _unusable(folders: Sequence[Path], error: GraphApiError) -> Finding:
    told, _, mend = str(error).rpartition(": ")
    if isinstance(error, StoreOutdated) and folders:
        return _warning("database", told, "nothing: serve and ingest build it again from the folders")
    return _error("database", told, mend)


def _database(location: StoreLocation, found: Health) -> Iterator[Finding]:
    try:
        status = asyncio.run(_status(location))
    except GraphApiError as error:
        yield _unusable((), error)
        return
    yield _ok(
        "database",
        f"{location}: {counted(status.articles, 'article')}, revision {status.revision[:12]},"
        f" ingested {status.generated_at:%Y-%m-%d %H:%M} UTC, pages sound",
    )
    if location.is_locked():
        yield _warning("database", f"{location} is being written by an ingest", "wait for its end")
    if found.backlog_bytes > _LARGE_BACKLOG_BYTES:
        told = f"{_mb(found.backlog_bytes)} wait beside {location} to be written into it: a reader has kept them there"
        yield _warning("database", told, "restart the servers that read it, and ingest again")
    if found.program != version("graph-api"):
        told = f"{location} was read from the files by graph-api {found.program or 'of an unknown version'}"
        yield _warning("database", told, f"graph-api ingest {_words(found.files)} --db {_words([location])}")
    if errors := status.problems[Severity.ERROR]:
        told = f"{counted(errors, 'error')} in the documents: those files are left out"
        yield _warning("content", told, check_command([Path(name) for name in found.files]))


async def _status(location: StoreLocation) -> ContentStatus:
    store = await location.open(reader_connections=1, checked=False, max_text=sys.maxsize)
    try:
        status, _ = await store.run(ask(Status(Rights())))
    finally:
        await store.close()
    return status


# -- folders and pages -------------------------------------------------------------------------------------


def _source(folder: Path, location: StoreLocation, found: Health | None, *, given: bool) -> Finding:
    known = found.files.get(str(folder.resolve())) if found else None
    try:
        moved = changes(folder, known or {})
    except (GraphApiError, OSError) as error:
        mend = (
            "give a folder that holds articles" if given else "nothing, while the database is served as it is"
        )
        return (_error if given else _warning)("source", str(error).partition(";")[0], mend)
    if known is None:
        return _ok("source", f"{folder}: {counted(moved.files, 'file')}, not ingested yet")
    if moved:
        mend = f"graph-api ingest {_words([folder])} --db {_words([location])}, or serve, which does"
        return _warning("source", f"{folder}: {moved} since it was ingested", mend)
    return _ok("source", f"{folder}: {counted(moved.files, 'file')}, all as ingested")


def _pages() -> Finding:
    if page("graphiql", "GraphiQL").tag is None:
        mend = "install graph-api again where Node.js or PyPI, and the npm registry, can be reached"
        return _warning("pages", "GraphiQL is not part of this installation; the API works", mend)
    return _ok("pages", "GraphiQL is built")


# -- settings ----------------------------------------------------------------------------------------------


def _settings(settings: Settings) -> Iterator[Finding]:
    found = [*_doors(settings), *_rates(settings), *_files(settings), *_address(settings)]
    yield from found or [_ok("settings", "nothing unsafe")]


def _doors(settings: Settings) -> Iterator[Finding]:
    has_keys = bool(settings.keys or settings.keys_file)
    if not has_keys and not _is_loopback(settings.host):
        told = f"whoever reaches {settings.host} may read everything, /metrics too"
        yield _warning("settings", told, "--keys-file with entries of `graph-api key`, or --host 127.0.0.1")
    if settings.expose_secured and not has_keys:
        told = "--expose-secured without keys: whoever reaches the server reads secured payloads"
        yield _warning("settings", told, "--keys-file, and the scope secured for those who may")
    if "*" in settings.trusted_proxies:
        told = "--trusted-proxies *: every client says itself what its address is, to log and --rate-limit"
        yield _warning("settings", told, "name the addresses of your proxies")
    if "*" in settings.cors_origins:
        told = "--cors-origins *: pages of every site may ask"
        yield _warning("settings", told, "name the sites, unless that is meant")
    if has_keys and {"unpublished", "secured"} & set(settings.anonymous_scopes.split("+")):
        told = f"--anonymous-scopes {settings.anonymous_scopes}: who has no key sees what keys are for"
        yield _warning("settings", told, "--anonymous-scopes read, or none")


def _rates(settings: Settings) -> Iterator[Finding]:
    if counts_apart(settings):
        told = f"each of {settings.workers} workers counts --rate-limit on its own"
        yield _warning("settings", told, "--rate-limit-storage redis://HOST:PORT/0")
    try:
        if settings.rate_limit and asyncio.run(_is_away(rate_limiter(settings))):
            told = "the Redis of --rate-limit-storage does not answer: each worker counts on its own"
            yield _warning("settings", told, "start it, or name another")
    except GraphApiError as error:
        yield _error("settings", str(error), "give --rate-limit-storage what it needs")


async def _is_away(rates: TokenBuckets) -> bool:
    await rates.take("", 0)
    await rates.close()
    return rates.is_away


def _files(settings: Settings) -> Iterator[Finding]:
    try:
        Access(settings)
    except GraphApiError as error:
        yield _error("settings", str(error), "write entries as `graph-api key` prints them")
    if settings.trusted_documents:
        try:
            read_trusted_documents(Path(settings.trusted_documents), Preparation(build_schema(), settings))
        except GraphApiError as error:
            yield _error("settings", str(error), "mend the document, or name others with --trusted-documents")


def _address(settings: Settings) -> Iterator[Finding]:
    try:
        sockets.bound(settings.host, settings.port).close()
    except StartError as error:
        told, _, mend = str(error).partition("; ")
        yield _warning("settings", f"{told}, perhaps by the server itself", mend)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# -- the machine -------------------------------------------------------------------------------------------


def _room(location: StoreLocation, found: Health | None) -> Iterator[Finding]:
    free = location.free_bytes()
    if free is None:
        return
    needed = max(_LEAST_FREE_BYTES, found.size_bytes if found else 0)
    told = f"{_mb(free)} are free beside {location}"
    if free < needed:
        yield _error("disk", f"{told}; an ingest may need {_mb(needed)}", "make room, or name another --db")
    else:
        yield _ok("disk", told)


def _machine(settings: Settings) -> Iterator[Finding]:
    worker = settings.response_cache_bytes + settings.row_cache_bytes + _PROCESS_BYTES
    wanted, there = settings.workers * worker, system_info.memory_bytes()
    told = f"{counted(settings.workers, 'worker')} may take {_mb(wanted)}"
    if there is not None and wanted > there:
        mend = "lower --workers, --response-cache-bytes or --row-cache-bytes"
        yield _error("memory", f"{told}, of {_mb(there)}", mend)
    else:
        yield _ok("memory", f"{told}, of {_mb(there)}" if there is not None else told)
    if settings.workers > system_info.processors():
        told = f"{settings.workers} workers on {counted(system_info.processors(), 'processor')} gain nothing"
        yield _warning("processors", told, f"--workers {system_info.processors()}")
    most, needed = system_info.most_descriptors(), settings.max_connections + OTHER_FILES
    if most is not None and most < needed:
        mend = f"raise the limit (ulimit -n {needed}), or --max-connections {max(most - OTHER_FILES, 1)}"
        yield _error("descriptors", f"a process may open {most:,} files, and {needed:,} may be needed", mend)
    else:
        yield _ok("descriptors", "as many as connections need")


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _words(names: Iterable[object]) -> str:
    return shlex.join(map(str, names))
