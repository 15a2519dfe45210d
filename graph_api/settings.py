"""The settings: one frozen table of name, default and help, from which flags and variables are made.

A flag `--reader-connections` is the variable `GRAPH_API_READER_CONNECTIONS` and the field
`reader_connections`; the command line, the README's table and the tests all read this one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, dataclass, field, fields
from ipaddress import ip_network
from typing import TypeVar

from graph_api.errors import UsageError

T = TypeVar("T")

IN_MEMORY = "memory://"
_SHARED = ("redis://", "rediss://", "unix://")


def setting(
    default: T,
    help: str,
    *,
    unit: str = "",
    bounds: tuple[int, int | None] | None = None,
    choices: tuple[str, ...] = (),
    group: str = "server",
) -> T:
    """A field of the settings table; *unit* is shown in help (`bytes`, `s`), *bounds* are inclusive,
    *choices* all there are.

    Settings of one *group* stand together, in help and in the README. Those of "limits" bound what one request may
    ask for.
    """
    about = {"help": help, "unit": unit, "bounds": bounds, "choices": choices, "group": group}
    made: T = field(default=default, metadata=about)
    return made


def limit(default: int, help: str, *, unit: str = "") -> int:
    """A setting of the group "limits": 1 or more, and within GraphQL's Int, since clients are told of it."""
    return setting(default, help, unit=unit, bounds=(1, 2**31 - 1), group="limits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an API is served. Every field has a default that suits one machine.

    A value that cannot work raises `UsageError` here, so that an embedding program hears of it too.
    """

    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "TCP port to listen on; 0 picks a free one.", bounds=(0, 65535))
    workers: int = setting(1, "Processes that answer, over one database.", bounds=(1, 256))
    reader_connections: int = setting(
        4, "Database connections that answer operations at the same time.", bounds=(1, None)
    )
    root_path: str = setting("", "Path under which a proxy serves the API, such as /articles.")
    trusted_proxies: str = setting("", "Comma-separated addresses whose X-Forwarded-* headers are believed.")
    cors_origins: str = setting(
        "", "Comma-separated sites whose pages may ask, such as https://news.example, or *."
    )
    cache_control: str = setting(
        "no-cache", "Cache-Control of answers to GET whose content can be told by ETag."
    )
    published_only: bool = setting(False, "Leave out everything marked published: false.", group="access")
    expose_secured: bool = setting(
        False, "Answer Article.secured, the opaque encrypted payload.", group="access"
    )
    keys: str = setting(
        "",
        "API keys that are let in: entries as `graph-api key` prints them, with commas between.",
        group="access",
    )
    keys_file: str = setting(
        "", "File of such entries, one a line; a change is seen within a second.", group="access"
    )
    anonymous_scopes: str = setting(
        "",
        "What requests without a key may do where keys are asked for, such as read or read+unpublished.",
        group="access",
    )
    trusted_documents: str = setting(
        "", "Folder of .graphql files, or manifest, whose operations can be asked for by id.", group="access"
    )
    trusted_only: bool = setting(False, "Answer nothing but trusted documents.", group="access")
    no_introspection: bool = setting(
        False,
        "Tell nothing of the schema: no __schema, __type, _service, /schema.graphql and suggestions.",
        group="access",
    )
    response_cache_bytes: int = setting(
        67_108_864,
        "Whole answers kept in memory, dropped when the content changes; 0 keeps none.",
        unit="bytes",
        bounds=(0, None),
        group="memory",
    )
    row_cache_bytes: int = setting(
        67_108_864,
        "Rows kept in memory, and objects made of them; dropped when the content changes; 0 keeps none.",
        unit="bytes",
        bounds=(0, None),
        group="memory",
    )
    persisted_query_bytes: int = setting(
        1_048_576,
        "Operations that clients may name by hash once they have sent them; 0 keeps none.",
        unit="bytes",
        bounds=(0, None),
        group="memory",
    )
    deadline_seconds: int = limit(5, "Time one operation may take.", unit="s")
    arrival_seconds: int = limit(5, "Time a request may take to arrive.", unit="s")
    idle_seconds: int = limit(10, "Time a connection may stay open without a request.", unit="s")
    max_connections: int = limit(2_000, "Connections open at the same time.")
    max_headers: int = limit(32_768, "Size of a request's address and headers.", unit="bytes")
    max_body: int = limit(65_536, "Size of a request's body.", unit="bytes")
    max_waiting: int = limit(2_000, "Operations that wait for their turn, light and heavy ones apart.")
    max_source: int = limit(16_384, "Size of an operation's text.", unit="bytes")
    max_tokens: int = limit(1_500, "Lexical tokens of an operation's text.")
    max_depth: int = limit(12, "Fields nested in each other.")
    max_introspection_depth: int = limit(20, "Fields nested in each other below __schema and __type.")
    max_aliases: int = limit(30, "Aliases in an operation's text.")
    max_root_fields: int = limit(20, "Fields at the top of an operation.")
    max_directives: int = limit(50, "Directives in an operation's text.")
    max_field_directives: int = limit(5, "Directives on one field.")
    max_fragments: int = limit(50, "Fragments in an operation's text.")
    max_key_pairs: int = limit(
        5_000, "Pairs of fields with one response key, and of spreads, in an operation's text."
    )
    max_selections: int = limit(1_000, "Fields selected, fragments counted wherever they are spread.")
    max_input_objects: int = limit(
        1_000, "Objects in arguments, such as the conditions of filters, wherever they are used."
    )
    max_variables: int = limit(65_536, "Size of the variables, as JSON.", unit="bytes")
    max_variable_values: int = limit(5_200, "Values in the variables: lists, objects and what they hold.")
    max_variable_nesting: int = limit(50, "Lists and objects nested in each other in the variables.")
    max_schema_cost: int = limit(30_000, "Fields that an answer about the schema is expected to hold.")
    max_cost: int = limit(50_000, "Objects that an answer is expected to hold; page sizes multiply.")
    max_answer: int = limit(
        33_554_432, "Size of an answer; while it is made it takes up to twice as much memory.", unit="bytes"
    )
    max_errors: int = limit(10, "Errors told in one answer.")
    rate_limit: int = setting(
        0,
        "Cost that one client (API key, else address) may ask for in a minute; 0 sets no limit.",
        bounds=(0, 2**31 - 1),
        group="rates",
    )
    rate_limit_storage: str = setting(
        IN_MEMORY,
        "Where --rate-limit counts: memory:// in each worker, redis://HOST:PORT/0 for all (needs graph-api[redis]).",
        group="rates",
    )
    log_level: str = setting(
        "info",
        "What is logged on stderr: every request (info), what goes wrong (warning, error), or nothing (off).",
        choices=("info", "warning", "error", "off"),
        group="observability",
    )
    log_format: str = setting(
        "human",
        "Lines for people (human), or JSON objects, one a line (json).",
        choices=("human", "json"),
        group="observability",
    )
    slow_query_ms: int = setting(
        1_000,
        "Operations that take so long are logged with their text and plan; 0 logs none.",
        unit="ms",
        bounds=(0, None),
        group="observability",
    )
    traces: bool = setting(
        False,
        "Send OpenTelemetry traces, as the OTEL_* variables say; needs graph-api[otel].",
        group="observability",
    )

    def __post_init__(self) -> None:
        for one in table():
            _check_bounds(one, getattr(self, one.name))
            _check_choice(one, getattr(self, one.name))
        _check_root_path(self.root_path)
        _check_proxies(self.trusted_proxies)
        _check_origins(self.cors_origins)
        _check_storage(self.rate_limit_storage)
        if self.trusted_only and not self.trusted_documents:
            raise UsageError("trusted_only needs trusted_documents: nothing would be answered")


def table() -> Sequence[Field[object]]:
    """The settings in order; each carries `metadata["help"]`, `["unit"]` and `["bounds"]`."""
    return fields(Settings)


def counts_apart(settings: Settings) -> bool:
    """Whether each of several workers counts what a client asks for on its own."""
    return settings.workers > 1 and settings.rate_limit > 0 and settings.rate_limit_storage == IN_MEMORY


def variable(name: str) -> str:
    """The environment variable of the setting or option *name*: `GRAPH_API_PORT` for `port`."""
    return "GRAPH_API_" + name.upper().replace("-", "_")


def _check_bounds(one: Field[object], value: int) -> None:
    if one.metadata["bounds"] is None:
        return
    low, high = one.metadata["bounds"]
    if value < low or (high is not None and value > high):
        span = f"{low} or more" if high is None else f"{low} to {high}"
        raise UsageError(f"{one.name} must be {span}, not {value}")


def _check_choice(one: Field[object], value: str) -> None:
    choices = one.metadata["choices"]
    if choices and value not in choices:
        raise UsageError(f"{one.name} is one of {', '.join(choices)}, not {value!r}")


def _check_root_path(path: str) -> None:
    if path and (not path.startswith("/") or path.endswith("/")):
        raise UsageError(
            f"root_path must begin with a slash and not end with one, such as /articles: {path!r}"
        )


def _check_origins(origins: str) -> None:
    for origin in filter(None, map(str.strip, origins.split(","))):
        scheme, _, host = origin.partition("://")
        if origin != "*" and (scheme not in {"http", "https"} or not host or "/" in host):
            raise UsageError(f"cors_origins takes origins such as https://news.example, or *: {origin!r}")


def _check_storage(url: str) -> None:
    if url != IN_MEMORY and not url.startswith(_SHARED):
        raise UsageError(
            "rate_limit_storage is memory://, or the address of a Redis such as redis://127.0.0.1:6379/0"
        )


def _check_proxies(addresses: str) -> None:
    for address in filter(None, map(str.strip, addresses.split(","))):
        if address == "*":
            continue
        try:
            ip_network(address, strict=False)
        except ValueError:
            raise UsageError(
                f"trusted_proxies takes addresses, networks such as 10.0.0.0/8, or *: {address!r}"
            ) from None
