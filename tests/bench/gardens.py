"""Folders that are read by path, as large as wanted: documents of 5 kB whose ten links are of all kinds."""

from __future__ import annotations

import random
from pathlib import Path

_WORDS = [
    *("sea", "tide", "wind", "harbour", "kiln", "glaze", "bread", "soil", "worm", "moon"),
    *("chart", "log", "north", "south", "film", "paper", "light", "night", "cloud", "mirror"),
]
_WORDS_OF_A_PARAGRAPH = 80


def garden(folder: Path, documents: int) -> Path:
    """The folder, holding so many documents. Equal numbers give equal folders."""
    dice = random.Random(1)
    for number in range(documents):
        file = folder / f"{page(number)}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_document(number, documents, dice), encoding="utf-8")
    return folder


def page(number: int) -> str:
    """The path of a document, without its ending."""
    return f"{_WORDS[number % 20]}/{_WORDS[number // 20 % 20]}/note-{number}"


def _document(number: int, documents: int, dice: random.Random) -> str:
    links = [_link(kind, dice.randrange(documents)) for kind in (*range(5), *range(5))]
    paragraphs = (" ".join([*dice.choices(_WORDS, k=_WORDS_OF_A_PARAGRAPH), link]) for link in links)
    front = (
        f"title: Title {number}\ndate: 2023-01-{number % 28 + 1:02d}\n"
        f"tags: [{_WORDS[number % 7]}, {_WORDS[number % 11]}]\naliases: [/old/{number}/]"
    )
    return "\n\n".join([f"---\n{front}\n---", *paragraphs]) + "\n"


def _link(kind: int, number: int) -> str:
    """A site path, a wikilink by name, a relative file, a wikilink by title, or a link that leads nowhere."""
    return (
        f"[to](/{page(number)}/)",
        f"[[note-{number}]]",
        f"[to](../../{page(number)}.md)",
        f"[[Title {number}]]",
        f"[to](nowhere-{number}.md)",
    )[kind]
