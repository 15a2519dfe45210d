"""What YAML 1.2 takes for text and libyaml misreads or refuses, disguised while libyaml reads.

Each such character stands as a private one that the text does not use, and each escaped half of a character
(`\\ud800`) as the escape of a private one; so every place stays where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_STRANGE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_ESCAPED_HALF = re.compile(r"(\\u[dD][89a-fA-F][0-9a-fA-F]{2})")
_ESCAPED_PRIVATE = re.compile(r"(\\u[eEfF][0-9a-fA-F]{3})")
_PRIVATE_CODE = re.compile(r"\\(?:u|U0000)([eEfF][0-9a-fA-F]{3})")
_PRIVATE = range(0xE000, 0xF8FF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disguise:
    """A text in disguise, and the way back for each of its values.

    What finds no private character left keeps its face; libyaml refuses the text then.
    """

    text: str
    characters: Mapping[int, str]
    escapes: Mapping[str, str]  # of escapes that turn out to be text, as they are within single quotes

    @classmethod
    def of(cls, text: str) -> Disguise:
        """The disguise of *text*."""
        free = _free(text)
        strange = dict(zip(sorted(set(_STRANGE.findall(text))), free, strict=False))
        pieces = _ESCAPED_HALF.split(text)
        halves = dict(zip(sorted(set(pieces[1::2])), free, strict=False))
        escapes = {half: f"\\u{ord(private):04x}" for half, private in halves.items()}
        meant = {private: character for character, private in strange.items()}
        meant |= {private: chr(int(half.removeprefix("\\u"), 16)) for half, private in halves.items()}
        return cls(
            text=_joined(pieces, escapes).translate(str.maketrans(strange)),
            characters={ord(private): character for private, character in meant.items()},
            escapes={escape: half for half, escape in escapes.items()},
        )

    def undone(self, value: str) -> str:
        """A value of the text as it was meant."""
        if self.escapes and "\\u" in value:
            value = _joined(_ESCAPED_PRIVATE.split(value), self.escapes)
        return value.translate(self.characters) if self.characters else value  # most have none


def _free(text: str) -> Iterator[str]:
    """The private characters that stand nowhere in *text*, neither themselves nor escaped."""
    escaped = {chr(int(code, 16)) for code in set(_PRIVATE_CODE.findall(text))}
    return (private for private in map(chr, _PRIVATE) if private not in escaped and private not in text)


def _joined(pieces: list[str], meant: Mapping[str, str]) -> str:
    """The text of *pieces*, every second of which is replaced by what it means, if that is known."""
    found = pieces[1::2]
    pieces[1::2] = map(meant.get, found, found)
    return "".join(pieces)
