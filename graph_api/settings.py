"""The settings: one frozen table of name, default and help.

The field `reader_connections` is the option `--reader-connections` and the environment variable
`GRAPH_API_READER_CONNECTIONS`. The command line and the tables of the server's README are made from it.
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
    """A field of the settings table.

    *unit* is shown in help (`bytes`, `s`); *bounds* are inclusive. A *group* is a section of help and a table of
    the README.
    """
    about = {"help": help, "unit": unit, "bounds": bounds, "choices": choices, "group": group}
    made: T = field(default=default, metadata=about)
    return made


def limit(default: int, help: str, *, unit: str = "") -> int:
    """A setting of the group "limits": from 1 to GraphQL's largest Int, since errors return it to clients."""
    return setting(default, help, unit=unit, bounds=(1, 2**31 - 1), group="limits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the API is served; the defaults suit one machine. Raises `UsageError` for a value that cannot work."""

    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "TCP port to listen on; 0 picks a free one.", bounds=(0, 65535))
    workers: int = setting(1, "Number of server processes, over one database.", bounds=(1, 256))
    reader_connections: int = setting(
        4, "Database connections; each reads for one operation at a time.", bounds=(1, None)
    )
    root_path: str = setting("", "Path prefix under which a proxy serves the API, such as /articles.")
    trusted_proxies: str = setting(
        "", "Comma-separated addresses of proxies whose X-Forwarded-* headers are trusted."
    )
    cors_origins: str = setting(
        "", "Comma-separated origins whose pages may call the API, such as https://news.example, or *."
    )
    cache_control: str = setting("no-cache", "Cache-Control header of responses to GET that have an ETag.")
    published_only: bool = setting(
        False, "Hide article files that say published: false, and what only they know.", group="access"
    )
    expose_secured: bool = setting(
        False, "Return Article.secured, the opaque encrypted payload.", group="access"
    )
    keys: str = setting(
        "",
        "Comma-separated API key entries, as `graph-api key` prints them.",
        group="access",
    )
    keys_file: str = setting(
        "", "File of API key entries, one per line; changes take effect within a second.", group="access"
    )
    anonymous_scopes: str = setting(
        "",
        "Scopes of requests without an API key on a server with keys, such as read or read+unpublished.",
        group="access",
    )
    trusted_documents: str = setting(
        "",
        "Folder of .graphql files, or a manifest file, whose operations clients can request by id.",
        group="access",
    )
    trusted_only: bool = setting(False, "Refuse operations that are not trusted documents.", group="access")
    no_introspection: bool = setting(
        False,
        "Disable __schema, __type, _service, /schema.graphql, and suggestions in errors.",
        group="access",
    )
    response_cache_bytes: int = setting(
        67_108_864,
        "Memory for cached responses, dropped when the content changes; 0 disables the cache.",
        unit="bytes",
        bounds=(0, None),
        group="memory",
    )
    row_cache_bytes: int = setting(
        67_108_864,
        "Memory for cached rows and objects encoded from them, dropped when the content changes; 0 disables the cache.",
        unit="bytes",
        bounds=(0, None),
        group="memory",
    )
    persisted_query_bytes: int = setting(
        1_048_576,
        "Memory for automatic persisted queries; 0 disables them.",
        unit="bytes",
        bounds=(0, None),
        group="memory",
    )
    deadline_seconds: int = limit(5, "Time an operation may take, waiting in the queue included.", unit="s")
    arrival_seconds: int = limit(5, "Time a request may take to arrive.", unit="s")
    idle_seconds: int = limit(
        75,
        "Time a connection may stay open without a request; longer than a load balancer keeps it.",
        unit="s",
    )
    max_connections: int = limit(2_000, "Open connections.")
    max_headers: int = limit(32_768, "Size of a request's address and headers.", unit="bytes")
    max_body: int = limit(65_536, "Size of a request's body.", unit="bytes")
    max_waiting: int = limit(2_000, "Operations in the queue; light and heavy ones have a queue each.")
    max_source: int = limit(16_384, "Size of an operation's text.", unit="bytes")
    max_tokens: int = limit(1_500, "Lexical tokens of an operation's text.")
    max_depth: int = limit(12, "Nesting of fields.")
    max_introspection_depth: int = limit(20, "Nesting of fields below __schema and __type.")
    max_aliases: int = limit(30, "Aliases in an operation's text.")
    max_root_fields: int = limit(20, "Root fields of an operation.")
    max_directives: int = limit(50, "Directives in an operation's text.")
    max_field_directives: int = limit(5, "Directives on one field.")
    max_fragments: int = limit(50, "Fragments in an operation's text.")
    max_key_pairs: int = limit(
        5_000,
        "Pairs of fields with the same response key, and of fragment spreads, that validation compares.",
    )
    max_selections: int = limit(1_000, "Selected fields; a fragment's fields count at each spread.")
    max_input_objects: int = limit(
        1_000,
        "Input objects in arguments, such as filter conditions; those in a fragment count at each spread.",
    )
    max_variables: int = limit(65_536, "Size of the variables, as JSON.", unit="bytes")
    max_variable_values: int = limit(5_200, "Values in the variables; lists and objects count too.")
    max_variable_nesting: int = limit(50, "Nesting of lists and objects in the variables.")
    max_schema_cost: int = limit(
        30_000, "Cost of introspection: the number of fields that the response is expected to hold."
    )
    max_cost: int = limit(
        50_000,
        "Cost of an operation: the number of objects that the response is expected to hold; page sizes multiply.",
    )
    max_answer: int = limit(
        33_554_432, "Size of a response; building it takes up to twice as much memory.", unit="bytes"
    )
    max_errors: int = limit(10, "Errors in a response.")
    rate_limit: int = setting(
        0,
        "Cost that one client (API key, else address) may spend per minute; 0 sets no limit.",
        bounds=(0, 2**31 - 1),
        group="rates",
    )
    rate_limit_storage: str = setting(
        IN_MEMORY,
        "Where --rate-limit counts: memory:// in each worker, redis://HOST:PORT/0 for all workers (needs graph-api[redis]).",
        group="rates",
    )
    log_level: str = setting(
        "info",
        "Lowest level that is logged to stderr; info logs every request, off nothing.",
        choices=("info", "warning", "error", "off"),
        group="observability",
    )
    log_format: str = setting(
        "human",
        "Text lines for people (human), or one JSON object per line (json).",
        choices=("human", "json"),
        group="observability",
    )
    slow_query_ms: int = setting(
        1_000,
        "Operations that take this long are logged with their text and plan; 0 logs none.",
        unit="ms",
        bounds=(0, None),
        group="observability",
    )
    traces: bool = setting(
        False,
        "Send OpenTelemetry traces; the OTEL_* variables configure them. Needs graph-api[otel].",
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
            raise UsageError(
                "trusted_only needs trusted_documents: without them every operation would be refused"
            )


def table() -> Sequence[Field[object]]:
    """The settings in order; each has `metadata["help"]`, `["unit"]`, `["bounds"]`, `["choices"]` and `["group"]`."""
    return fields(Settings)


def counts_apart(settings: Settings) -> bool:
    """Whether several workers count --rate-limit separately."""
    return settings.workers > 1 and settings.rate_limit > 0 and settings.rate_limit_storage == IN_MEMORY


def variable(name: str) -> str:
    """The environment variable of the setting or option *name*: `GRAPH_API_PORT` for `port`."""
    return "GRAPH_API_" + name.upper().replace("-", "_")


def _check_bounds(one: Field[object], value: int) -> None:
    if one.metadata["bounds"] is None:
        return
    low, high = one.metadata["bounds"]
    if value < low or (high is not None and value > high):
        span = f"{low} or more" if high is None else f"between {low} and {high}"
        raise UsageError(f"{one.name} must be {span}; got {value}")


def _check_choice(one: Field[object], value: str) -> None:
    choices = one.metadata["choices"]
    if choices and value not in choices:
        raise UsageError(f"{one.name} must be one of {', '.join(choices)}; got {value!r}")


def _check_root_path(path: str) -> None:
    if path and (not path.startswith("/") or path.endswith("/")):
        raise UsageError(
            f"root_path must begin with a slash and not end with one, such as /articles; got {path!r}"
        )


def _check_origins(origins: str) -> None:
    for origin in filter(None, map(str.strip, origins.split(","))):
        scheme, _, host = origin.partition("://")
        if origin != "*" and (scheme not in {"http", "https"} or not host or "/" in host):
            raise UsageError(
                f"cors_origins must be origins such as https://news.example, or *; got {origin!r}"
            )


def _check_storage(url: str) -> None:
    if url != IN_MEMORY and not url.startswith(
        _SHARED
    ):  # the message leaves out the value: it may hold a password
        raise UsageError(
            "rate_limit_storage must be memory:// or a Redis address such as redis://127.0.0.1:6379/0"
        )


def _check_proxies(addresses: str) -> None:
    for address in filter(None, map(str.strip, addresses.split(","))):
        if address == "*":
            continue
        try:
            ip_network(address, strict=False)
        except ValueError:
            raise UsageError(
                f"trusted_proxies must be addresses, networks such as 10.0.0.0/8, or *; got {address!r}"
            ) from None
