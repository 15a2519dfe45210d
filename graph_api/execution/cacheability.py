"""What reads the clock: an answer to it is never kept, since it changes without the content.

Words are looked for rather than meanings: an operation that only mentions one of them is not kept either,
which costs a little time and is never wrong.
"""

# variables are any JSON:
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CLOCK_WORDS = frozenset({"within"})


def mentions_clock(text: str) -> bool:
    """Whether an operation's text has a word that stands for something relative to now."""
    return any(word in text for word in CLOCK_WORDS)


def reads_clock(value: Any) -> bool:
    """Whether variables hold an input field that is relative to now."""
    if isinstance(value, Mapping):
        return not CLOCK_WORDS.isdisjoint(value) or any(map(reads_clock, value.values()))
    return isinstance(value, list) and any(map(reads_clock, value))
