"""The reader under atheris, for as long as one likes: `make fuzz`, or

    python -m tests.documents.fuzz -max_total_time=600 INPUTS

INPUTS is a folder where inputs of interest are kept, at first the files of `hostile`, small. What breaks the reader, or takes longer than ten seconds, is
left in a file. A short run of it is a test.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

_PATHS = ("_news/a.md", "_data/topics/a.yaml", "_data/organizations/a.md")
_ARTICLE = b"---\ntitle: One\nwebUrl: https://example.com/one\n"
_FRONTS = (b"", b"---\ntitle: ", b"+++\ntitle = ", b"Title: One\n")
_SIZE = 1_000
_OPTIONS = ("-timeout=10", "-max_len=4096", "-len_control=0")  # given ones win


def main() -> None:
    """Runs until told to end."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["graph_api.documents"]):  # only what is imported here is watched
        writing: Any = importlib.import_module("tests.documents.writing")
        by_path: Any = importlib.import_module("tests.documents.by_path.writing")
        hostile: Any = importlib.import_module("tests.documents.hostile")

    def read(data: bytes) -> None:
        for path in _PATHS:
            writing.whole(writing.parsed_file(data, path))
        writing.whole(writing.parsed_file(_ARTICLE + data + b"\n---\n"))
        for start in _FRONTS:
            writing.whole(by_path.parsed_file(start + data))

    program, *arguments = sys.argv
    inputs = Path(arguments[-1])
    if not any(inputs.iterdir()):
        for number, file in enumerate(hostile.hostile_files().values()):
            (inputs / str(number)).write_bytes(file.data(_SIZE))
    atheris.Setup([program, *_OPTIONS, *arguments], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
