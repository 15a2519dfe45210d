"""The READMEs of the repository's folders: their generated tables, code blocks, headings and links."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

TOP = Path(__file__).parent.parent

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")


def paths() -> list[Path]:
    """Every README.md under version control, or not yet and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*README.md"],
        cwd=TOP,
        check=True,
        capture_output=True,
        text=True,
    )
    return [TOP / name for name in listed.stdout.split("\0") if name and (TOP / name).is_file()]


def text(folder: str) -> str:
    return (TOP / folder / "README.md").read_text(encoding="utf-8")


def assert_generated(folder: str, marker: str, lines: Iterable[str]) -> None:
    """The folder's README holds exactly these *lines* between `<!-- marker -->` and `<!-- /marker -->`."""
    shown = text(folder).partition(f"<!-- {marker} -->\n")[2].partition(f"<!-- /{marker} -->")[0]
    expected = "\n".join([*lines, ""])
    assert shown == expected, f"{folder}/README.md needs, between the markers of {marker}:\n{expected}"


def code_blocks(folder: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.+?)^```$", text(folder), re.MULTILINE | re.DOTALL)


def anchors(markdown: str) -> set[str]:
    """The `#anchors` that hosting sites make from the headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", markdown), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(markdown: str) -> Iterator[str]:
    """Targets of links and images, code blocks aside."""
    yield from (link or image for link, image in _LINK.findall(_FENCED.sub("", markdown)))
