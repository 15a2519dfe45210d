"""The parser under atheris, for as long as one likes: `pip install atheris`, then

    python -m tests.documents.fuzz -max_total_time=600 CORPUS

CORPUS is a folder where inputs of interest are kept. What crashes, or takes longer than a second, is left in a
file. Why it is no test: atheris has no wheel for every Python, and its worth grows with hours.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from graph_api.documents import parse

_PATHS = ("_news/a.md", "_data/topics/a.yaml", "_data/organizations/a.md")
_ARTICLE = b"---\ntitle: One\nwebUrl: https://example.com/one\n"


def read(data: bytes) -> None:
    """The bytes have been read as each kind of file, alone and as fields of an article."""
    for path in _PATHS:
        parse(path, data)
    parse(_PATHS[0], _ARTICLE + data + b"\n---\n")


def main() -> None:
    """Runs until told to end."""
    atheris: Any = importlib.import_module("atheris")
    atheris.instrument_all()
    atheris.Setup([*sys.argv, "-timeout=1", "-max_len=4096"], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
