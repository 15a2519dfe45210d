"""Formats unexpected exceptions as one line, so that a log can be searched line by line."""

from __future__ import annotations

import traceback
from pathlib import Path

_FRAMES = 6
_MESSAGE_LENGTH = 500


def one_line(error: BaseException) -> str:
    """The exception and where it was raised: `KeyError: 'x' at assembly.py:53 _values < engine.py:120 execute`.

    The innermost frames come first. Line breaks and other control characters are escaped.
    """
    message = str(error)[:_MESSAGE_LENGTH].encode("unicode_escape").decode("ascii")
    frames = reversed(traceback.extract_tb(error.__traceback__)[-_FRAMES:])
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__}: {message} at {places}"
