"""Which other sites' pages may ask, and that a page which may not makes the server do nothing.

A browser sends any page's simple requests to any site, and keeps only the answer from it: that is enough
to make a server work, or to learn something from how long it takes. A POST is never simple, since its type
must be `application/json`; browsers ask first (a preflight) whether it is welcome. A GET is simple, so it
is answered only with one of these signs that no other site's page has sent it unasked:

- a header that no simple request has: any API key, a content type of JSON, or one of those that Apollo's
  clients and other GraphQL clients send for this very purpose;
- an `Origin` that the settings allow;
- `Sec-Fetch-Site`, which browsers set and pages cannot: same-origin, or none (the address bar);
- where a browser is too old to send that, or the address has no TLS: an `Origin` or `Referer` of this host;
- no sign of a browser at all. `curl`, programs and gateways work as they are.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from graph_api.errors import HttpError
from graph_api.settings import Settings

_NOT_SIMPLE = (
    b"x-apollo-operation-name",
    b"apollo-require-preflight",
    b"graphql-require-preflight",
    b"authorization",
)
_SIMPLE_TYPES = frozenset({b"application/x-www-form-urlencoded", b"multipart/form-data", b"text/plain"})
_OWN_SITE = frozenset({b"same-origin", b"none"})
_EXPOSED = ("graph-revision", "etag", "retry-after", "ratelimit", "ratelimit-policy")

Sent = dict[bytes, bytes]


class Sites:
    """The other sites that the settings allow: none unless they say so."""

    def __init__(self, settings: Settings) -> None:
        given = [origin.strip() for origin in settings.cors_origins.split(",")]
        self._origins = frozenset(origin for origin in given if origin)

    @property
    def middleware(self) -> list[Middleware]:
        """What answers browsers that ask whether a page of another site may ask; nothing when none may."""
        if not self._origins:
            return []
        allowed = Middleware(
            CORSMiddleware,
            allow_origins=sorted(self._origins),
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
        )
        return [allowed]

    @property
    def vary(self) -> bool:
        """Whether answers depend on who asks for them: a cache must not give one site's to another."""
        return bool(self._origins)

    def check(self, sent: Sent) -> None:
        """Raises `HttpError` for a GET that any site's page could have sent unasked."""
        if not (_has_asked_first(sent) or self._allows(sent.get(b"origin")) or _is_from_here(sent)):
            message = (
                "send the header `graphql-require-preflight: 1`: any site could have made a browser send this"
            )
            raise HttpError(403, message, "CROSS_SITE_REQUEST")

    def _allows(self, origin: bytes | None) -> bool:
        return origin is not None and ("*" in self._origins or origin.decode("latin-1") in self._origins)


def _has_asked_first(sent: Sent) -> bool:
    if any(sent.get(name) for name in _NOT_SIMPLE):
        return True
    content_type = sent.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return content_type != b"" and content_type not in _SIMPLE_TYPES


def _is_from_here(sent: Sent) -> bool:
    site = sent.get(b"sec-fetch-site")
    if site is not None:
        return site in _OWN_SITE
    page = sent.get(b"origin") or sent.get(b"referer")
    if page is not None:
        return _host(page) == sent.get(b"host") != b""
    return not sent.get(b"user-agent", b"").startswith(b"Mozilla/")


def _host(page: bytes) -> bytes:
    """The host in an address, empty when it is none."""
    try:
        return urlsplit(page).netloc
    except ValueError:
        return b""
