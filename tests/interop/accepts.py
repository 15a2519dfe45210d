"""The Accept headers that clients send with a plain query, as recorded, and the media type each is answered in.

The tests that run a client compare what it really sends; an upgrade that changes it is seen.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.interop.watched import Exchange
from tests.server.calling import MODERN, PLAIN

ACCEPTS = {
    "Apollo Client": (f"{MODERN},{PLAIN};q=0.9", MODERN),
    "urql": (f"{MODERN}, application/graphql+json, {PLAIN}, text/event-stream, multipart/mixed", MODERN),
    "Relay and graphql-codegen, as the README has them": (MODERN, MODERN),
    "gql and ariadne-codegen": ("*/*", PLAIN),
    "sgqlc": (f"{PLAIN}; charset=utf-8", PLAIN),
    "Apollo Gateway": ("*/*", PLAIN),
    "Hive Gateway": (f"{MODERN}, {PLAIN}, multipart/mixed", MODERN),
    "GraphiQL": (f"{PLAIN}, multipart/mixed", PLAIN),
    "GraphiQL, for the schema": (f"{MODERN}, {PLAIN};q=0.9", MODERN),
    "curl": ("*/*", PLAIN),
    "fetch in a browser": ("*/*", PLAIN),
}


def sent(exchanges: Iterable[Exchange]) -> set[tuple[str | None, str]]:
    """The Accept headers of all requests to the GraphQL endpoint, each with its answer's media type."""
    return {(one.accept, one.media_type) for one in exchanges if one.path == "/graphql"}
