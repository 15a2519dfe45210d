"""What one document may hold: at a limit nothing is said of it, beyond it the code that the README names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph_api.documents import CODES, ArticleDocument, ParsedFile, limits, parse, read_file
from graph_api.records import Severity
from tests.documents.by_path import writing as by_path
from tests.documents.writing import codes, front_matter, parsed_file, read
from tests.readme import assert_generated


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So much is allowed, the code beyond it, and the reading of a document that holds a given number."""

    most: int
    code: str
    of: Callable[[Path, int], ParsedFile]


def _file(folder: Path, size: int) -> ParsedFile:
    with (folder / "a.md").open("wb") as file:
        file.write(front_matter().encode())
        file.truncate(size)
    found = read_file(folder, "a.md")
    return found if isinstance(found, ParsedFile) else parse(found.path, found.data.replace(b"\0", b" "))


def _values(_: Path, number: int) -> ParsedFile:
    return read(more=f"[{'1,' * (number - 7)}]")  # the mapping, three keys, two texts and the list


def _levels(_: Path, number: int) -> ParsedFile:
    return read(more="[" * (number - 1) + "]" * (number - 1))


def _address(_: Path, number: int) -> ParsedFile:
    return read(webUrl="https://example.com/".ljust(number, "a"))


def _host(_: Path, number: int) -> ParsedFile:
    labels = [*["a" * 49] * 4, "a" * (number - 200)]
    return read(webUrl=f"https://{'.'.join(labels)}/")


def _related(_: Path, number: int) -> ParsedFile:
    lengths = [8_000] * (limits.MAX_RELATED_TEXT // 8_000 - 1)
    lengths.append(number - sum(lengths))
    addresses = [f"https://example.com/{place:03}".ljust(length, "a") for place, length in enumerate(lengths)]
    return parsed_file(
        front_matter(related="\n" + "".join(f"- title: a\n  webUrl: {one}\n" for one in addresses))
    )


def _unknown(_: Path, number: int) -> ParsedFile:
    return read(more="x" * (number - len('{"more":""}')))


def _problems(_: Path, number: int) -> ParsedFile:
    return parsed_file(front_matter(related="\n" + "- x\n" * number))


LIMITS: Mapping[str, Limit] = {
    "bytes of a file": Limit(most=limits.MAX_BYTES, code="E140", of=_file),
    "keys and values of the front matter": Limit(most=limits.MAX_VALUES, code="E114", of=_values),
    "characters of front matter in TOML or JSON": Limit(
        most=limits.MAX_TEXT_FRONT,
        code="E114",
        of=lambda _, number: by_path.parsed_file(f"+++\n{'#' * (number - 1)}\n+++\ntext"),
    ),
    "levels of nested lists and mappings": Limit(most=limits.MAX_DEPTH, code="E129", of=_levels),
    "characters of a title, a name, an excerpt": Limit(
        most=limits.MAX_TEXT, code="E113", of=lambda _, number: read(excerpt="x" * number)
    ),
    "characters of all topics or keywords together": Limit(
        most=limits.MAX_TEXT, code="E113", of=lambda _, number: read(topics=f"[a, {'x' * (number - 1)}]")
    ),
    "characters of a URL": Limit(most=limits.MAX_URL, code="E103", of=_address),
    "characters of its host": Limit(most=limits.MAX_HOST, code="E103", of=_host),
    "topics or keywords": Limit(
        most=limits.MAX_ITEMS, code="W212", of=lambda _, number: read(topics=f"{list(range(number))}")
    ),
    "images": Limit(
        most=limits.MAX_ITEMS, code="W205", of=lambda _, number: read(images=f"{['http://a/b'] * number}")
    ),
    "characters of URLs and titles of images": Limit(
        most=limits.MAX_IMAGE_TEXT,
        code="W205",
        of=lambda _, number: read(
            images=f"{['http://a/'.ljust(8_000, 'b')] * 2 + ['http://a/'.ljust(number - 16_000, 'b')]}"
        ),
    ),
    "characters of URLs of related articles": Limit(most=limits.MAX_RELATED_TEXT, code="W204", of=_related),
    "bytes of unknown keys, as JSON": Limit(most=limits.MAX_EXTRA, code="W215", of=_unknown),
    "problems reported for a file": Limit(most=limits.MAX_PROBLEMS, code="W216", of=_problems),
}


@pytest.mark.parametrize("words", LIMITS)
def test_a_document_at_a_limit_is_whole_and_beyond_it_is_told(words: str, tmp_path: Path) -> None:
    limit = LIMITS[words]
    within, beyond = limit.of(tmp_path, limit.most), limit.of(tmp_path, limit.most + 1)
    assert limit.code not in codes(within)
    assert within.document is not None
    assert limit.code in codes(beyond)
    assert (beyond.document is None) == (CODES[limit.code].severity is Severity.ERROR)


def test_the_readme_shows_what_a_document_may_hold() -> None:
    rows = (
        f"| {limit.most:,} {words} | {limit.code}: {CODES[limit.code].meaning} |"
        for words, limit in LIMITS.items()
    )
    assert_generated(
        "graph_api/documents", "document limits", ["| At most | Beyond it |", "|---|---|", *rows]
    )


def test_the_readme_lists_the_codes_as_they_are() -> None:
    rows = (f"| {one.code} | {one.meaning} | {one.correction} |" for one in CODES.values())
    assert_generated(
        "graph_api/documents", "codes", ["| Code | What is wrong | What to do |", "|---|---|---|", *rows]
    )


def test_values_are_counted_alike_however_they_are_laid_out() -> None:
    layouts = {
        "a list on a line": f"[{'1,' * 49_993}]",
        "a list of lines": "\n" + "- 1\n" * 49_993,
        "a mapping on a line": f"{{{','.join(f'k{n}' for n in range(24_996))}}}",
        "lists in a list": f"[{'[],' * 49_993}]",
        "mappings in a list": "\n" + "- a: b\n" * 16_664,
    }
    for layout, more in layouts.items():
        assert read(more=more).document is not None, layout
        assert codes(read(more=more, last="[1, 2]")) == ["E114"], layout


def test_a_document_with_too_many_values_says_where_they_are_too_many() -> None:
    found = parsed_file(front_matter(topics="[A]", more="\n" + "- 1\n" * 60_000))
    (problem,) = found.problems
    assert (problem.code, problem.line, problem.column) == ("E114", 50_000 - 9 + 5, 3)
    assert problem.message == "front matter may have at most 50,000 keys and values"


def test_unknown_keys_that_fit_are_kept_beside_one_that_does_not() -> None:
    found = read(first="1", second="x" * limits.MAX_EXTRA, third="[a]")
    (problem,) = found.problems
    assert (problem.code, problem.line) == ("W215", 5)
    assert problem.message == "second is dropped: unknown keys may have at most 100,000 bytes as JSON"
    assert getattr(found.document, "extra", None) == '{"first":1,"third":["a"]}'


def test_unknown_keys_that_are_left_out_may_not_be_nested_deeper_either() -> None:
    deep = "".join(f"\n{' ' * level}a:" for level in range(1, 21))
    assert "E129" in codes(read(more=f"{deep} {{a: {'x' * limits.MAX_EXTRA}}}"))
    assert "E129" in codes(read(more=f"{deep}\n{' ' * 21}a: {'x' * limits.MAX_EXTRA}"))


def test_unknown_keys_of_a_related_item_have_the_same_limit() -> None:
    found = read(related=f"[{{title: A, webUrl: 'http://a.com/b', more: {'x' * limits.MAX_EXTRA}}}]")
    assert codes(found) == ["W215"]
    assert isinstance(found.document, ArticleDocument)
    assert found.document.related[0].extra is None
    assert "related[0].more is dropped" in found.problems[0].message


def test_the_warning_of_problems_that_are_not_reported_is_at_the_first_of_them() -> None:
    found = parsed_file(front_matter(related="\n" + "- x\n" * 1_500))
    last = found.problems[-1]
    assert (last.code, last.line) == ("W216", 4 + 1_001)
    assert last.message == "1,000 problems are reported; this one and 499 more are not"
