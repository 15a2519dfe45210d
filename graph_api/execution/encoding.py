"""From the objects of an answer to its bytes.

The encoder holds the interpreter until it is done, so a large answer is encoded piece by piece: the
objects of each list on their own, each distinct object once, and what holds them around their bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

_OPTIONS = orjson.OPT_UTC_Z


def encoded(answer: Any) -> bytes:
    """The JSON of an answer, parts of which may be encoded already."""
    return orjson.dumps(answer, option=_OPTIONS)


def fragments(objects: Iterable[Any]) -> list[orjson.Fragment]:
    """Each of the objects, encoded."""
    return [orjson.Fragment(orjson.dumps(each, option=_OPTIONS)) for each in objects]
