"""Malformed documents: for each, `check` reports code, file, line, column and message.

One folder holds them all, beside a good article: no file stops another.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import pytest
from click.testing import CliRunner, Result

from graph_api.cli.program import program
from graph_api.documents.limits import MAX_BYTES

Told: TypeAlias = list[str]
"""The problems of one file, each as `line:column code message`."""

_TITLE = "title: One\n"
_ADDRESS = "webUrl: https://example.com/{name}\n"
_DEEP = "[" * 20 + "]" * 20
_NOT_HTTP = "must be an http or https URL, not"


def _fields(fields: str) -> str:
    """An article with these fields, the first of them in line 4."""
    return f"---\n{_TITLE}{_ADDRESS}{fields}---\n"


def _address(fields: str) -> str:
    """An article with these fields instead of its address, the first of them in line 3."""
    return f"---\n{_TITLE}{fields}---\n"


def _related(fields: str) -> str:
    """An article with a related one, whose further fields start in line 7."""
    return _fields(f"related:\n  - title: Two\n    webUrl: https://example.com/two\n{fields}")


REJECTED: Mapping[str, tuple[str | bytes, Told]] = {
    "no closing dashes": (
        f"---\n{_TITLE}",
        ["1:1 E122 no line of three dashes closes the front matter"],
    ),
    "empty": ("", ["1:1 E120 the file is empty"]),
    "white space": (" \n\n", ["1:1 E120 the file is empty"]),
    "a list": (
        "---\n- a\n---\n",
        ["2:1 E124 the front matter must be a mapping of keys to values, not a list"],
    ),
    "words": (
        "---\na b\n---\n",
        ['2:1 E124 the front matter must be a mapping of keys to values, not "a b"'],
    ),
    "no fields": ("---\n---\n", ["2:1 E124 the front matter must be a mapping of keys to values, not null"]),
    "tab": (_fields("provider:\n\tname: A\n"), ["5:1 E132 YAML must be indented with spaces, not with tabs"]),
    "NUL": (_fields("excerpt: a\0b\n"), ["4:11 E131 the file contains NUL"]),
    "NUL in the body": (_fields("") + "a\nb\0", ["6:2 E131 the file contains NUL"]),
    "NUL, escaped": (_fields('excerpt: "a\\0b"\n'), ["4:10 E131 the text contains an escaped NUL"]),
    "Latin-1": (b"---\ntitle: caf\xe9\n---\n", ["2:11 E130 byte 0xe9 is not UTF-8"]),
    "UTF-16": ("---\n".encode("utf-16"), ["1:1 E130 byte 0xff is not UTF-8"]),
    "key twice": (_fields("title: Two\n"), ["4:1 E125 key title is already in line 2"]),
    "key twice, below": (
        _fields("provider:\n  domain: a.com\n  domain: b.com\n"),
        ["6:3 E125 key domain is already in line 5"],
    ),
    "key twice, in a related item": (
        _related("    title: Three\n"),
        ["7:5 E125 key title is already in line 5"],
    ),
    "anchor": (_fields("excerpt: &a b\n"), ["4:10 E126 anchors are not supported: &a"]),
    "alias": (_fields("excerpt: *a\n"), ["4:10 E126 aliases are not supported: *a"]),
    "merge key": (_fields("<<: {type: article}\n"), ["4:1 E127 merge keys (<<) are not supported"]),
    "tag": (_fields("excerpt: !!str b\n"), ["4:10 E128 tags are not supported: !!str"]),
    "tag that would run something": (
        _fields("more: !!python/object/apply:os.system ['true']\n"),
        ["4:7 E128 tags are not supported: !!python/object/apply:os.system"],
    ),
    "nesting": (
        _fields(f"more: {_DEEP}\n"),
        ["4:26 E129 lists and mappings may be nested at most 20 levels deep"],
    ),
    "nesting, in a related item": (
        _related(f"    more: {_DEEP}\n"),
        ["7:28 E129 lists and mappings may be nested at most 20 levels deep"],
    ),
    "number of words": (_fields("quality: high\n"), ['4:1 E104 quality must be a whole number, not "high"']),
    "number in quotes": (_fields("quality: '85'\n"), ['4:1 E104 quality must be a whole number, not "85"']),
    "number that is a bool": (_fields("heat: true\n"), ["4:1 E104 heat must be a whole number, not true"]),
    "NaN": (_fields("quality: .nan\n"), ["4:1 E104 quality must be a whole number, not nan"]),
    "infinity": (_fields("heat: -.inf\n"), ["4:1 E104 heat must be a whole number, not -inf"]),
    "fraction": (_fields("quality: 8.5\n"), ["4:1 E104 quality must be a whole number, not 8.5"]),
    "32 bits and one": (
        _fields("quality: 2147483648\n"),
        ["4:1 E105 quality must be between -2147483648 and 2147483647; got 2147483648"],
    ),
    "32 bits and one less": (
        _fields("heat: -2147483649\n"),
        ["4:1 E105 heat must be between -2147483648 and 2147483647; got -2147483649"],
    ),
    "5,000 digits": (
        _fields(f"heat: {'9' * 5_000}\n"),
        ["4:1 E105 heat must be between -2147483648 and 2147483647; got a number of more than 57 digits"],
    ),
    "width of words": (
        _fields("images:\n  - url: https://example.com/a.jpg\n    width: wide\n"),
        ['6:5 E104 images[0].width must be a whole number, not "wide"'],
    ),
    "no such day": (
        _fields("publishedDateTime: 2023-02-30\n"),
        ['4:1 E108 publishedDateTime must be a date and time, not "2023-02-30"'],
    ),
    "no such hour": (
        _fields("publishedDateTime: 2023-02-20T25:00:00Z\n"),
        ['4:1 E108 publishedDateTime must be a date and time, not "2023-02-20T25:00:00Z"'],
    ),
    "date of words": (
        _fields("publishedDateTime: yesterday\n"),
        ['4:1 E108 publishedDateTime must be a date and time, not "yesterday"'],
    ),
    "no address": (_address(""), ["1:1 E102 webUrl is missing, and so is originalUrl"]),
    "empty address": (
        _address("webUrl: ''\noriginalUrl:\n"),
        ["3:1 E102 webUrl is missing, and so is originalUrl"],
    ),
    "javascript": (
        _address("webUrl: javascript:alert(1)\n"),
        [f'3:1 E103 webUrl {_NOT_HTTP} "javascript:alert(1)": it is not http or https but javascript'],
    ),
    "data": (
        _address("webUrl: data:text/html,x\n"),
        [f'3:1 E103 webUrl {_NOT_HTTP} "data:text/html,x": it is not http or https but data'],
    ),
    "file": (
        _address("originalUrl: file:///etc/passwd\n"),
        [f'3:1 E103 originalUrl {_NOT_HTTP} "file:///etc/passwd": it is not http or https but file'],
    ),
    "user info": (
        _address("webUrl: https://me:secret@example.com/\n"),
        [f'3:1 E103 webUrl {_NOT_HTTP} "https://…@example.com/": it contains user information'],
    ),
    "control character": (
        _address('webUrl: "https://example.com/\\x01"\n'),
        [f'3:1 E103 webUrl {_NOT_HTTP} "https://example.com/ ": it contains control characters'],
    ),
    "line break in an address": (
        _address('webUrl: "https://example.com/a\\nb"\n'),
        [f'3:1 E103 webUrl {_NOT_HTTP} "https://example.com/a b": it contains control characters'],
    ),
    "related that is a mapping": (
        _fields("related:\n  title: Two\n"),
        ["4:1 E109 related must be a list, not a mapping"],
    ),
    "no title": (f"---\n{_ADDRESS}---\n", ["1:1 E101 title is missing or empty"]),
    "empty title": (f"---\n{_ADDRESS}title: ''\n---\n", ["3:1 E101 title is missing or empty"]),
    "blank title": (f"---\n{_ADDRESS}title: ' '\n---\n", ["3:1 E101 title is missing or empty"]),
    "title that is null": (f"---\n{_ADDRESS}title: ~\n---\n", ["3:1 E101 title is missing or empty"]),
}

WARNED: Mapping[str, tuple[str, Told]] = {
    "no time zone": (
        _fields("publishedDateTime: 2023-03-15T21:22:00\n"),
        ["4:1 W201 publishedDateTime has no time zone; it is read as UTC"],
    ),
    "date only": (
        _fields("publishedDateTime: 2023-03-15\n"),
        ["4:1 W202 publishedDateTime has no time; it is read as midnight UTC"],
    ),
    "topics that are one": (
        _fields("topics: Azure\n"),
        ["4:1 W203 topics is a single value; it is read as a list of one item"],
    ),
    "images that are one": (
        _fields("images: https://example.com/a.jpg\n"),
        ["4:1 W203 images is a single value; it is read as a list of one item"],
    ),
    "related without address": (
        _related("  - title: Three\n"),
        ["7:5 W204 related[1].webUrl is missing, and so is originalUrl; the item is dropped"],
    ),
    "related that is a number": (
        _related("  - 3\n"),
        ["7:5 W204 related[1] is dropped: it must be a mapping, not 3"],
    ),
    "related with a bad date": (
        _related("    publishedDateTime: x\n"),
        ['7:5 W204 related[0].publishedDateTime must be a date and time, not "x"; the item is dropped'],
    ),
    "image of a script": (
        _fields("images:\n  - url: javascript:x\n"),
        [
            '5:5 W205 images[0] is dropped: "javascript:x" is not a valid URL: it is not http or https but javascript'
        ],
    ),
    "unknown topic": (
        _fields("topics: [Azure, Azur]\n"),
        ['None:None W220 topic "Azur" is not in the taxonomy'],
    ),
    "related to itself": (
        _fields("related:\n  - title: One\n    webUrl: https://example.com/{name}\n"),
        ["6:5 W206 related[0].webUrl is the URL of the article itself; the item is dropped"],
    ),
    "related twice": (
        _related("  - title: Three\n    webUrl: https://example.com/two\n"),
        ["8:5 W207 related[1].webUrl is the URL of related[0] too; the item is dropped"],
    ),
    "topic twice": (
        _fields("topics: [Azure, azure]\n"),
        ['4:17 W208 topics[1] repeats topic "azure"; it is dropped'],
    ),
    "half a character": (
        _fields('more: ["\\ud800"]\n'),
        ["4:8 W209 a lone surrogate, which is not a character, is replaced by U+FFFD"],
    ),
}

ACCEPTED: Mapping[str, str] = {
    "good": _fields(""),
    "byte order mark": "\ufeff" + _fields(""),
    "windows line ends": _fields("topics:\n- Azure\n").replace("\n", "\r\n"),
    "dashes in the body": _fields("") + "a\n\n---\n\nb\n",
    "dashes in a quoted title": f'---\n{_ADDRESS}title: "a\n---\nb"\n---\n',
    "offset": _fields("publishedDateTime: 2023-03-15T21:22:00+02:00\n"),
    "unknown keys": _fields("more: [18446744073709551616, .nan, 2023-01-01]\n"),
    "texts that YAML would bend": f"---\n{_ADDRESS}title: no\nexcerpt: 12:30:45\n---\n",
}

SPECIAL: Mapping[str, Told] = {
    "pipe.md": ["None:None E141 this is not a regular file"],
    "socket.md": ["None:None E141 this is not a regular file"],
    "huge.md": ["None:None E140 a file may have at most 5,000,000 bytes; got 5,000,001"],
    "out.md": ["None:None W214 the symbolic link leads outside the source folder; it is not followed"],
    "caf\\udce9.md": ["None:None E144 the file's name is not UTF-8"],
    "_data/topics/b.yaml": [
        'None:None W221 parent "C" is a descendant of this topic; the topic has no parent now'
    ],
}

_TOPICS = {"azure": "name: Azure\n", "b": "name: B\nparent: C\n", "c": "name: C\nparent: B\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The output of `check`: whole, and the problems of each file."""

    result: Result
    report: dict[str, Any]
    told: Mapping[str, Told]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("list") / "site"
    for path, data in _files():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    os.mkfifo(folder / "pipe.md")
    with (folder / "huge.md").open("wb") as huge:
        huge.truncate(MAX_BYTES + 1)
    (folder / "out.md").symlink_to(folder.parent)
    (folder / os.fsdecode(b"caf\xe9.md")).write_text("---\n")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket.md"))
        yield folder


def _files() -> Iterator[tuple[str, bytes]]:
    written: dict[str, str | bytes] = {**ACCEPTED}
    written |= {name: text for name, (text, _) in (*REJECTED.items(), *WARNED.items())}
    for name, text in written.items():
        address = name.replace(" ", "-")
        yield f"{name}.md", text if isinstance(text, bytes) else text.replace("{name}", address).encode()
    for name, text in _TOPICS.items():
        yield f"_data/topics/{name}.yaml", text.encode()
    for path in (".hidden.md", "sub/.keep", ".git/a.md"):
        yield path, b"not looked at"


@pytest.fixture(scope="module")
def checked(folder: Path) -> Checked:
    result = CliRunner().invoke(program, ["check", str(folder), "--output-format", "json"])
    assert result.exit_code == 1, result.output
    report = orjson.loads(result.stdout)
    told: dict[str, Told] = {}
    for problem in report["problems"]:
        line = "{line}:{column} {code} {message}".format(**problem)
        told.setdefault(os.path.relpath(problem["path"], folder), []).append(line)
    return Checked(result=result, report=report, told=told)


@pytest.mark.parametrize("name", REJECTED)
def test_a_file_is_rejected_at_its_place(name: str, checked: Checked) -> None:
    assert checked.told[f"{name}.md"] == REJECTED[name][1]


@pytest.mark.parametrize("name", WARNED)
def test_a_file_is_accepted_with_a_warning_at_its_place(name: str, checked: Checked) -> None:
    assert checked.told[f"{name}.md"] == WARNED[name][1]


@pytest.mark.parametrize("path", SPECIAL)
def test_an_unusable_file_is_reported_by_name(path: str, checked: Checked) -> None:
    assert checked.told[path] == SPECIAL[path]


def test_no_other_file_is_reported(checked: Checked) -> None:
    names = {f"{name}.md" for name in (*REJECTED, *WARNED)} | set(SPECIAL)
    assert checked.told.keys() == names
    assert checked.result.exit_code == 1


def test_all_files_but_the_rejected_are_in_the_graph(
    folder: Path, run: Callable[..., Result], tmp_path: Path
) -> None:
    result = run("ingest", folder, "--db", tmp_path / "graph.sqlite")
    assert result.exit_code == 0, result.output
    assert f"{len(ACCEPTED) + len(WARNED) + 1} articles" in result.stdout, "and the related one"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (None, "no such folder; give a folder that holds articles"),
        ("a.txt", "holds no documents (.md, .markdown, .mdx, .yaml); nothing was changed"),
        (
            "a.md",
            (
                "every file is rejected, nothing was changed; 1 of 1 for E121: a.md the file must start with a line of"
                ' three dashes; it starts with "no front matter" (start the file with a line of three dashes, or move it'
                " elsewhere); `graph-api check {folder}` shows all"
            ),
        ),
    ],
)
def test_a_folder_without_usable_files_never_empties_a_graph(
    file: str | None, message: str, run: Callable[..., Result], tmp_path: Path
) -> None:
    folder, database = tmp_path / "site", tmp_path / "graph.sqlite"
    folder.mkdir()
    (folder / "good.md").write_text(_fields(""))
    assert run("ingest", folder, "--db", database).exit_code == 0
    (folder / "good.md").unlink()
    if file is None:
        folder.rmdir()
    else:
        (folder / file).write_text("no front matter")
    refused = run("ingest", folder, "--db", database)
    assert refused.exit_code == 3
    assert f"{folder}: {message.format(folder=folder)}" in refused.stderr
    assert '"totalCount":1' in run("query", "{ articles { totalCount } }", "--db", database).stdout.replace(
        " ", ""
    )
