"""Which other sites' pages may use the API (CORS), and protection against cross-site requests (CSRF).

A browser sends any page's "simple" requests to any site and only hides the answer. That is enough to make a server
work, or to measure how long it takes. A POST is never simple here, since its type must be `application/json`;
browsers send a preflight first. A GET is simple, so the server answers it only with one of these signs that no other
site's page sent it unasked:

- a header that simple requests cannot have: an API key, a JSON content type, or a header that Apollo's and other
  GraphQL clients send for this purpose;
- an `Origin` that `--cors-origins` allows;
- `Sec-Fetch-Site` (set by browsers, not by pages): same-origin, or none (the address bar);
- without it (old browsers, no TLS): an `Origin` or `Referer` of this host;
- no sign of a browser at all: `curl`, programs and gateways.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph_api.errors import HttpError
from graph_api.server.graphql.negotiation import PLAIN_JSON, HeadersByName
from graph_api.server.http_errors import SAFE_HEADERS, error_body
from graph_api.server.observability import request_record
from graph_api.settings import Settings

_PREFLIGHTED_HEADERS = (
    b"x-apollo-operation-name",
    b"apollo-require-preflight",
    b"graphql-require-preflight",
    b"authorization",
)
_SIMPLE_TYPES = frozenset({b"application/x-www-form-urlencoded", b"multipart/form-data", b"text/plain"})
_OWN_SITE = frozenset({b"same-origin", b"none"})
_EXPOSED_HEADERS = (
    "graph-revision",
    "graph-generation",
    "etag",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
)


class CrossSite:
    """The rules for requests from pages of other sites; `--cors-origins` allows some or all (`*`)."""

    def __init__(self, settings: Settings) -> None:
        origins = [origin.strip() for origin in settings.cors_origins.split(",")]
        self._origins = frozenset(origin for origin in origins if origin)

    @property
    def middleware(self) -> list[Middleware]:
        """Answers preflights and adds CORS headers; empty when no other site is allowed."""
        if not self._origins:
            return []
        cors = Middleware(
            _Cors,
            allow_origins=sorted(self._origins),
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=_EXPOSED_HEADERS,
        )
        return [cors]

    def response_headers(self, origin: bytes | None) -> list[tuple[bytes, bytes]]:
        """CORS headers for an error that is sent before the middleware; *origin* is None if it has not arrived.

        Browsers hide a response without them. A single allowed origin can be named without knowing the request's.
        """
        if "*" in self._origins:
            allowed = b"*"
        elif self._allows(origin):
            allowed = origin or b""
        elif origin is None and len(self._origins) == 1:
            allowed = next(iter(self._origins)).encode("latin-1")
        else:
            return []
        exposed = ", ".join(_EXPOSED_HEADERS).encode()
        return [
            (b"access-control-allow-origin", allowed),
            (b"access-control-expose-headers", exposed),
            (b"vary", b"origin"),
        ]

    @property
    def varies_by_origin(self) -> bool:
        """Whether responses depend on `Origin`, so that caches must keep them apart."""
        return bool(self._origins)

    def check(self, headers: HeadersByName) -> None:
        """Raises `HttpError` (403) for a GET that another site's page could have sent unasked."""
        if not (_is_preflighted(headers) or self._allows(headers.get(b"origin")) or _is_same_site(headers)):
            message = "this could be a cross-site request: send the header `graphql-require-preflight: 1`"
            raise HttpError(403, message, "CROSS_SITE_REQUEST")

    def _allows(self, origin: bytes | None) -> bool:
        return origin is not None and ("*" in self._origins or origin.decode("latin-1") in self._origins)


class _Cors(CORSMiddleware):
    """Starlette's middleware, with JSON for refused preflights."""

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code == 200:  # noqa: PLR2004 - the number is the name
            return response
        origin, method = request_headers["origin"], request_headers["access-control-request-method"]
        if not self.is_allowed_origin(origin):
            message = f"pages of {origin} may not use this API: --cors-origins does not name their origin"
        else:
            message = f"pages of other origins may use GET and POST, not {method}"
        error = HttpError(403, message, "CROSS_SITE_REQUEST")
        kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return _RefusedPreflight(error, kept)


class _RefusedPreflight(Response):
    def __init__(self, error: HttpError, headers: dict[str, str]) -> None:
        safe = {name.decode(): value.decode() for name, value in SAFE_HEADERS}
        super().__init__(
            error_body(error), error.status, {**headers, **safe, "cache-control": "no-store"}, PLAIN_JSON
        )
        self._code = error.code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_record.of(scope).code = self._code
        await super().__call__(scope, receive, send)


def _is_preflighted(headers: HeadersByName) -> bool:
    """Whether a browser would have sent a preflight for these headers."""
    if any(headers.get(name) for name in _PREFLIGHTED_HEADERS):
        return True
    content_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return content_type != b"" and content_type not in _SIMPLE_TYPES


def _is_same_site(headers: HeadersByName) -> bool:
    """Whether the request comes from a page of this host, from the address bar, or not from a browser."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in _OWN_SITE
    page = headers.get(b"origin") or headers.get(b"referer")
    if page is not None:
        return _host(page) == headers.get(b"host") != b""
    return not headers.get(b"user-agent", b"").startswith(b"Mozilla/")


def _host(address: bytes) -> bytes:
    """The host in *address*, empty when it has none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return b""
