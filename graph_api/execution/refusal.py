"""Refusing an operation as a whole: errors without data, each with a stable code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from graphql import GraphQLError


class Refused(Exception):
    """The operation is answered with these errors and without data."""

    def __init__(self, errors: Iterable[GraphQLError]) -> None:
        super().__init__()
        self.errors = list(errors)

    @property
    def code(self) -> str:
        """The code of the first error."""
        extensions: Mapping[str, Any] = self.errors[0].extensions or {}
        return str(extensions["code"])

    def body(self, most: int) -> bytes:
        """The bytes of the response, with at most so many errors."""
        return orjson.dumps({"errors": [error.formatted for error in self.errors[:most]]})


def refused(message: str, code: str, **extensions: object) -> Refused:
    """A refusal with one error."""
    return Refused([GraphQLError(message, extensions={"code": code, **extensions})])


def coded(error: GraphQLError, code: str) -> GraphQLError:
    """The error, carrying *code*."""
    extensions: Mapping[str, Any] = error.extensions or {}
    error.extensions = {**extensions, "code": code}
    return error
