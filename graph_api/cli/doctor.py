"""`graph-api doctor`: checks what `serve` would use, and says how to fix what is wrong."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.text import Text

from graph_api.cli import sockets
from graph_api.cli.arguments import database_of
from graph_api.cli.options import Sectioned, database, option, paths, settings
from graph_api.cli.program import PROBLEMS
from graph_api.cli.terminal import check_command, counted, printable
from graph_api.errors import GraphApiError, StartError, StoreOutdated
from graph_api.execution.operation_cache import OperationCache
from graph_api.ingest.document_json import identity_of_site
from graph_api.ingest.sources import changes
from graph_api.records import Severity
from graph_api.schema import build_schema
from graph_api.server.access import Access
from graph_api.server.graphql.persisted import read_trusted_documents
from graph_api.server.pages import page
from graph_api.server.rate_limit.buckets import TokenBuckets
from graph_api.server.state import rate_limiter
from graph_api.settings import Settings, counts_apart
from graph_api.store import StoreUrl, at, engine_versions
from graph_api.store.plans import Rights, ask
from graph_api.store.protocol import Health, StoreLocation
from graph_api.store.reads import Status

_LEAST_FREE_BYTES = 64 * 2**20
_LARGE_BACKLOG_BYTES = 256 * 2**20
_PROCESS_BYTES = 150 * 2**20  # a worker without its caches: measured about 90 MB
_LIBRARIES = ("graph-api", "strawberry-graphql", "graphql-core", "starlette", "uvicorn")


class Weight(StrEnum):
    """How bad a finding is; with an *error* the server cannot start or cannot do what the settings say."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A message *about* something, and its *fix*, empty when nothing needs one."""

    weight: Weight
    about: str
    message: str
    fix: str = ""


_STYLES = {Weight.OK: "green", Weight.WARNING: "bold yellow", Weight.ERROR: "bold red"}


def _ok(about: str, message: str) -> Finding:
    return Finding(weight=Weight.OK, about=about, message=message)


def _warning(about: str, message: str, fix: str) -> Finding:
    return Finding(weight=Weight.WARNING, about=about, message=message, fix=fix)


def _error(about: str, message: str, fix: str) -> Finding:
    return Finding(weight=Weight.ERROR, about=about, message=message, fix=fix)


@click.command(
    cls=Sectioned,
    epilog="""
Takes the arguments of `graph-api serve`, and checks the database, folders and settings that it would use.
Changes nothing. An error sets exit code 1; a warning does not.

\b
Examples:
  graph-api doctor articles/
  graph-api doctor --db articles.db --host 0.0.0.0 --workers 4
  graph-api doctor articles/ --output-format json
""",
)
@paths(required=False)
@database("Database that serve would use, a file or a URL. Without it, the cache file of the folders.")
@option(
    "--output-format",
    "Text, or a JSON list of findings.",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@settings()
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[Path, ...], db: str | None, output_format: str, settings: Settings
) -> None:
    """Check database, folders, pages, settings and machine."""
    found = list(findings(paths, database_of(paths, db), settings))
    if output_format == "json":
        click.echo(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for one in found:
            console.print(_line(one))
    if any(one.weight is Weight.ERROR for one in found):
        ctx.exit(PROBLEMS)


def _line(one: Finding) -> Text:
    fix = f"; fix: {one.fix}" if one.fix else ""
    return Text.assemble(
        (f"{one.weight:<8}", _STYLES[one.weight]), printable(f"{one.about:<12}{one.message}{fix}")
    )


def findings(folders: Sequence[Path], database: StoreUrl, settings: Settings) -> Iterator[Finding]:
    """All findings, in the order of their sections."""
    yield _ok("versions", ", ".join(_versions()))
    location, found = at(database), None
    if location.exists() or not folders:
        try:
            found = location.health()
        except GraphApiError as error:
            yield _unusable(folders, error)
    else:
        yield _ok("database", f"{location} does not exist yet; serve and ingest create it")
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
    message, _, fix = str(error).rpartition(": ")
    if isinstance(error, StoreOutdated) and folders:
        return _warning("database", message, "none needed: serve and ingest rebuild it from the folders")
    return _error("database", message, fix)


def _database(location: StoreLocation, found: Health) -> Iterator[Finding]:
    try:
        with location.session() as session:
            status = session.run(ask(Status(Rights())))
    except GraphApiError as error:
        yield _unusable((), error)
        return
    yield _ok(
        "database",
        f"{location}: {counted(status.articles, 'article')}, revision {status.revision[:12]},"
        f" ingested {status.generated_at:%Y-%m-%d %H:%M} UTC, pages sound",
    )
    if location.is_locked():
        yield _warning("database", f"{location} is locked by an ingest", "wait until it ends")
    if found.backlog_bytes > _LARGE_BACKLOG_BYTES:
        message = f"the write-ahead log of {location} has {_mb(found.backlog_bytes)}: a reader prevents its checkpoint"
        yield _warning("database", message, "restart the servers that read it, then ingest again")
    if found.program != version("graph-api"):
        message = f"{location} was written by graph-api {found.program or 'of an unknown version'}"
        yield _warning(
            "database", message, f"graph-api ingest {_words(found.files)} --db {_words([location])}"
        )
    if errors := status.problems[Severity.ERROR]:
        message = f"{counted(errors, 'error')} in the documents: those files are excluded"
        yield _warning("content", message, check_command([Path(name) for name in found.files]))


# -- folders and pages -------------------------------------------------------------------------------------


def _source(folder: Path, location: StoreLocation, found: Health | None, *, given: bool) -> Finding:
    name = str(folder.resolve())
    known = found.files.get(name) if found else None
    try:
        moved = changes(folder, known or {}, identity_of_site(found.sites.get(name)) if found else None)
    except (GraphApiError, OSError) as error:
        fix = (
            "give a folder that holds articles"
            if given
            else "none needed while the database is served without folders"
        )
        return (_error if given else _warning)("source", str(error).partition(";")[0], fix)
    if known is None:
        return _ok("source", f"{folder}: {counted(moved.files, 'file')}, not ingested yet")
    if moved:
        fix = f"graph-api ingest {_words([folder])} --db {_words([location])}, or serve, which ingests"
        return _warning("source", f"{folder}: {moved} since it was ingested", fix)
    return _ok("source", f"{folder}: {counted(moved.files, 'file')}, unchanged since the ingest")


def _pages() -> Finding:
    if page("graphiql", "GraphiQL").tag is None:
        fix = "reinstall graph-api on a machine with Node.js or PyPI, and access to the npm registry"
        return _warning("pages", "this installation has no GraphiQL; the API works", fix)
    return _ok("pages", "GraphiQL is built")


# -- settings ----------------------------------------------------------------------------------------------


def _settings(settings: Settings) -> Iterator[Finding]:
    found = [*_access(settings), *_rates(settings), *_files(settings), *_address(settings)]
    yield from found or [_ok("settings", "no unsafe settings")]


def _access(settings: Settings) -> Iterator[Finding]:
    has_keys = bool(settings.keys or settings.keys_file)
    if not has_keys and not _is_loopback(settings.host):
        message = f"no API keys: anyone who can reach {settings.host} can read everything, /metrics too"
        yield _warning(
            "settings", message, "--keys-file with entries of `graph-api key`, or --host 127.0.0.1"
        )
    if settings.expose_secured and not has_keys:
        message = (
            "--expose-secured without API keys: anyone who can reach the server can read secured payloads"
        )
        yield _warning("settings", message, "--keys-file, with the scope secured where it is needed")
    if "*" in settings.trusted_proxies:
        message = "--trusted-proxies *: every client can choose the address that the log and --rate-limit see"
        yield _warning("settings", message, "name the addresses of your proxies")
    if "*" in settings.cors_origins:
        message = "--cors-origins *: pages of every site may call the API"
        yield _warning("settings", message, "name the origins, unless this is intended")
    if has_keys and {"unpublished", "secured"} & set(settings.anonymous_scopes.split("+")):
        message = (
            f"--anonymous-scopes {settings.anonymous_scopes}: requests without a key read what keys protect"
        )
        yield _warning("settings", message, "--anonymous-scopes read, or none")


def _rates(settings: Settings) -> Iterator[Finding]:
    if counts_apart(settings):
        message = f"each of {settings.workers} workers counts --rate-limit separately"
        yield _warning("settings", message, "--rate-limit-storage redis://HOST:PORT/0")
    try:
        if settings.rate_limit and asyncio.run(_is_away(rate_limiter(settings))):
            message = "the Redis of --rate-limit-storage does not respond: each worker counts separately"
            yield _warning("settings", message, "start it, or name another")
    except GraphApiError as error:
        yield _error("settings", str(error), "correct --rate-limit-storage, or install what it needs")


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
            read_trusted_documents(Path(settings.trusted_documents), OperationCache(build_schema(), settings))
        except GraphApiError as error:
            yield _error("settings", str(error), "fix the document, or name others with --trusted-documents")


def _address(settings: Settings) -> Iterator[Finding]:
    try:
        sockets.bound(settings.host, settings.port).close()
    except StartError as error:
        message, _, fix = str(error).partition("; ")
        yield _warning("settings", f"{message}, possibly by this server", fix)


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
    message = f"{_mb(free)} are free on the disk of {location}"
    if free < needed:
        yield _error(
            "disk", f"{message}; an ingest may need {_mb(needed)}", "free disk space, or name another --db"
        )
    else:
        yield _ok("disk", message)


def _machine(settings: Settings) -> Iterator[Finding]:
    worker = settings.response_cache_bytes + settings.row_cache_bytes + _PROCESS_BYTES
    wanted, there = settings.workers * worker, _memory_bytes()
    message = f"{counted(settings.workers, 'worker')} may use {_mb(wanted)}"
    if there is not None and wanted > there:
        fix = "lower --workers, --response-cache-bytes or --row-cache-bytes"
        yield _error("memory", f"{message}, of {_mb(there)}", fix)
    else:
        yield _ok("memory", f"{message}, of {_mb(there)}" if there is not None else message)
    if settings.workers > _processors():
        message = f"{settings.workers} workers on {counted(_processors(), 'processor')} are no faster"
        yield _warning("processors", message, f"--workers {_processors()}")
    max_files, needed = sockets.descriptor_limit(), settings.max_connections + sockets.OTHER_FILES
    if max_files is not None and max_files < needed:
        fix = f"raise the limit (ulimit -n {needed}), or --max-connections {max(max_files - sockets.OTHER_FILES, 1)}"
        yield _error(
            "descriptors", f"a process may open {max_files:,} files; up to {needed:,} are needed", fix
        )
    else:
        yield _ok("descriptors", "enough for all connections")


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _words(names: Iterable[object]) -> str:
    return shlex.join(map(str, names))


def _memory_bytes() -> int | None:
    """The memory available to this process: the machine's, or a container's limit."""
    bounds: list[int] = []
    with suppress(OSError):
        found = re.search(r"MemTotal: +(\d+) kB", Path("/proc/meminfo").read_text())
        bounds += [int(found[1]) * 1024] if found else []
    with suppress(OSError, ValueError):  # ValueError: "max", no limit
        bounds.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(bounds, default=None)


def _processors() -> int:
    """The number of processors available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
