"""The textbook server with what Strawberry's documentation offers for speed: cached parsing, cached
validation, orjson for the answer.

Run as `python -m tests.bench.peers.tuned DATABASE PORT`.
"""

from __future__ import annotations

import orjson
from strawberry.extensions import ParserCache, ValidationCache

from tests.bench.peers import textbook


class Server(textbook.Server):
    """Answers are written by orjson."""

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


if __name__ == "__main__":
    extensions = [ParserCache(maxsize=100), ValidationCache(maxsize=100)]
    textbook.serve(Server(textbook.schema(extensions), graphql_ide=None))
