"""Files written to be hard to read, each as large as asked: what the benchmark times, and the tests read small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from graph_api.documents import ParsedFile, by_path, parse
from graph_api.documents.limits import MAX_DEPTH, MAX_TEXT, MAX_URL, MAX_VALUES
from graph_api.documents.site import Identity, Site

_HEAD = "title: One\nwebUrl: https://example.com/one\n"
_TOPIC, _ORGANIZATION = "_data/topics/a.yaml", "_data/organizations/a.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """A file of one shape: where it lies, and its bytes at about a given size (never more)."""

    path: str = "_news/one.md"
    data: Callable[[int], bytes]
    is_by_path: bool = False

    def parsed_file(self, data: bytes) -> ParsedFile:
        """The reading of *data* in a folder of its kind."""
        if not self.is_by_path:
            return parse(self.path, data)
        site = Site(identity=Identity.BY_PATH, base_url="https://site.example/", body_links=True)
        return by_path.read(self.path, data, "https://site.example/one", site)


def hostile_files() -> Mapping[str, Hostile]:
    """All shapes by name. The pieces that repeat are at most as many as front matter may hold only where the
    name says so: those files are accepted, or rejected for something else than their number of values."""
    return {
        **{f"{name}, without end": _article(before, piece, after) for name, before, piece, after in _ENDLESS},
        **{
            f"{name}, as many as allowed": _article(before, piece, after, most)
            for name, before, piece, after, most in _ALLOWED
        },
        **{f"one text of {name}": _article(before, piece, after) for name, before, piece, after in _TEXTS},
        **dict(_related()),
        **dict(_other_files()),
        **dict(_by_path()),
    }


def _article(
    before: str, piece: str | Callable[[int], str], after: str = "", most: int | None = None
) -> Hostile:
    """An article whose fields end in a piece repeated to the size, or so often."""
    head = f"---\n{_HEAD}{before}"
    return Hostile(data=lambda size: _filled(head, piece, f"{after}\n---\n", size, most))


def _filled(
    head: str, piece: str | Callable[[int], str], tail: str, size: int, most: int | None = None
) -> bytes:
    """*head*, as many pieces as fit into *size* bytes, but at most *most*, and *tail*."""
    room = size - len(head.encode()) - len(tail.encode())
    if isinstance(piece, str):
        fitting = room // len(piece.encode())
        middle = piece * (fitting if most is None else min(fitting, most))
    else:
        middle = "".join(_pieces(piece, room, most))
    return f"{head}{middle}{tail}".encode()


def _pieces(piece: Callable[[int], str], room: int, most: int | None) -> Iterator[str]:
    for number in count() if most is None else range(most):
        text = piece(number)
        room -= len(text.encode())
        if room < 0:
            break
        yield text


_ENDLESS: list[tuple[str, str, str | Callable[[int], str], str]] = [
    ("images that are none", "images: [", "x,", "]"),
    ("empty images", "images:\n", "-\n", ""),
    ("related items that are none", "related:\n", "- x\n", ""),
    ("related items without keys", "related:\n", "- {}\n", ""),
    ("related items", "related:\n", lambda n: f"- title: a\n  webUrl: http://a/{n}\n", ""),
    ("related items on one line", "related: [", lambda n: f"{{title: a, webUrl: 'http://a/{n}'}},", "]"),
    ("topics", "topics:\n", lambda n: f"- {n}\n", ""),
    ("empty topics", "topics:\n", "-\n", ""),
    ("numbers", "x: [", "1,", "]"),
    ("not-a-numbers", "x: [", ".nan,", "]"),
    ("lists in lists", "x: [", "[" * 18 + "]" * 18 + ",", "]"),
    ("keys", "", lambda n: f"k{n}: 1\n", ""),
    ("keys that are numbers", "", lambda n: f"{n}: 1\n", ""),
    ("equal keys", "", "a: 1\n", ""),
    ("merge keys", "", "<<: a\n", ""),
    ("lists as keys", "", "? [a]\n: b\n", ""),
    ("anchors", "x:\n", "- &a b\n", ""),
    ("aliases", "x:\n", "- *a\n", ""),
    ("tags", "x:\n", "- !a b\n", ""),
    ("brackets", "x: ", "[", ""),
    ("dashes", "x:\n", "- ", ""),
    ("question marks", "", "? ", ""),
    ("halves of characters", "x:\n", '- "\\ud800"\n', ""),
    ("values after half a character", 'x: "\\ud800"\ny:\n', "- 1\n", ""),
    ("comments", "", "# a, b: c\n", ""),
    ("empty lines", "", "\n", ""),
    ("carriage returns", "", "\r", ""),
    ("line separators", "x:\n", "- \u2028\n", ""),
    ("ends of documents", "", "...\n", ""),
    ("directives", "", "%a b\n", ""),
    ("numbers of 3,999 digits", "x:\n", f"- {'9' * 3999}\n", ""),
]

_ALLOWED: list[tuple[str, str, str | Callable[[int], str], str, int]] = [
    ("related items that are none", "related:\n", "- {a: b}\n", "", MAX_VALUES // 3 - 9),
    (
        "related items with seven mistakes",
        "related:\n",
        "- {quality: x, publishedDateTime: y, webUrl: z, excerpt: [], type: [], ampWebUrl: q, cdnAmpWebUrl: r}\n",
        "",
        MAX_VALUES // 15 - 9,
    ),
    (
        "related items whose titles are numbers",
        "related:\n",
        lambda n: f"- title: 1.10\n  webUrl: http://a/{n}\n",
        "",
        MAX_VALUES // 5 - 9,
    ),
    (
        "related items with a key that is a number",
        "related:\n",
        lambda n: f"- title: a\n  webUrl: http://a/{n}\n  1: .nan\n",
        "",
        MAX_VALUES // 7 - 9,
    ),
    (
        "related items with a warning",
        "related:\n",
        lambda n: f"- title: a\n  webUrl: http://a/{n}\n  publishedDateTime: 2020-01-01\n",
        "",
        MAX_VALUES // 7 - 9,
    ),
    (
        "related items with a hundred images that are none",
        "related:\n",
        lambda n: f"- title: a\n  webUrl: http://a/{n}\n  images: [{'x,' * 100}]\n",
        "",
        MAX_VALUES // 107 - 9,
    ),
    ("numbers", "x: [", "1,", "]", MAX_VALUES - 99),
    ("dates", "x: [", "2020-01-01 10:00:00,", "]", MAX_VALUES - 99),
    ("texts of halves", "x:\n", '- "' + "\\ud800" * 16 + '"\n', "", MAX_VALUES - 99),
    ("keys", "", lambda n: f"k{n}: {'x' * 180}\n", "", MAX_VALUES // 2 - 9),
    ("long keys", "", lambda n: f"{'k' * 180}{n}: .nan\n", "", MAX_VALUES // 2 - 9),
    (
        "keys of a provider",
        "provider:\n  domain: a.com\n",
        lambda n: f"  k{n}: .nan\n",
        "",
        MAX_VALUES // 2 - 9,
    ),
    ("lines of dashes in quotes", "x:\n" + "- a\n" * 9_900 + 'y: "\n', "---\n", '"', MAX_VALUES),
    ("quotes with lines of dashes", "x:\n" + "- a\n" * 9_900, lambda n: f'y{n}: "\n---\n"\n', "", 9),
]

_TEXTS: list[tuple[str, str, str, str]] = [
    ("escapes", 'featuredContent: "', "\\u0041", '"'),
    ("escaped line breaks", 'featuredContent: "', "\\\n", '"'),
    ("halves of characters", 'featuredContent: "', "\\ud800", '"'),
    ("words after half a character", 'x: "\\ud800"\nfeaturedContent: "', "abc ", '"'),
    ("quotes", "featuredContent: '", "''", "'"),
    ("lines without a closing quote", 'x: "', "a b\n", ""),
    ("lines", "featuredContent: |\n", "  a\n", ""),
    ("signs", "featuredContent: 'a", " - , [ { : ? &", "'"),
    ("signs, each on a line", "featuredContent:\n", "  a &b\n", ""),
    ("private characters", "featuredContent: a", "\ue000", ""),
    ("tabs", "x: ", "\t", ""),
    ("digits", "x: ", "1", ""),
    ("digits and underscores", "x: ", "1_", ""),
    ("hexadecimal digits", "x: 0x", "f", ""),
    ("spaces in a date", "publishedDateTime: '2023-01-01", " ", "x'"),
    ("spaces in a date nobody knows", "x: ['2023-01-01T", " ", "x']"),
    ("digits of a second", "publishedDateTime: 2023-01-01T00:00:00.", "0", "Z"),
    ("base64", "secured: ", "A", ";AAAA"),
    ("spaces in base64", "secured: 'A", " ", "A'"),
    ("labels in a domain", "provider:\n  domain: ", "a.", ""),
    ("escapes in an address", "ampWebUrl: http://a/", "%41", ""),
    ("marks in a topic", "topics:\n- a", "\u0301\u0327", ""),
    ("letters in a key", '"', "k", '": 1'),
    ("letters in a long key", "? ", "k", "\n: 1"),
]


def _related() -> Iterator[tuple[str, Hostile]]:
    """Related items that are as long as their fields may be."""
    shapes: dict[str, Callable[[int], str]] = {
        "address is of letters to escape": lambda n: f"http://a/{'ä' * (MAX_URL // 6 - 9)}{n}",
        "address is too long when escaped": lambda n: f"http://a/{'ä' * (MAX_URL - 20)}{n}",
        "address is of escapes": lambda n: f"http://a/{n}/{'%c3' * (MAX_URL // 3 - 10)}",
        "address is of empty parameters": lambda n: f"http://a/{n}?{'&' * (MAX_URL - 20)}",
        "host is international": lambda n: f"http://{'ä.' * 100}{n}/",
        "host is too long": lambda n: f"http://{'ä' * (MAX_URL - 20)}{n}/",
    }
    for name, address in shapes.items():
        yield f"related items whose {name}", _article("related:\n", _item("a", address))
    marks = "\u0301\u0327" * (MAX_TEXT // 2 - 9)
    yield "related items whose title is of marks", _article("related:\n", _item(marks, "http://a/{}".format))


def _item(title: str, address: Callable[[int], str]) -> Callable[[int], str]:
    return lambda n: f"- title: a{title}\n  webUrl: {address(n)}\n"


def _other_files() -> Iterator[tuple[str, Hostile]]:
    deepest = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    yield (
        "a body of lines of dashes",
        Hostile(data=lambda size: _filled(f"---\n{_HEAD}x: {deepest}\n---\n", "---\n", "", size)),
    )
    yield (
        "empty lines before an article",
        Hostile(data=lambda size: _filled("", "\n", f"---\n{_HEAD}---\n", size)),
    )
    yield "front matter without end", Hostile(data=lambda size: _filled("---\n", "a: b\n", "", size))
    yield "a list instead of fields", Hostile(data=lambda size: _filled("---\n", "- a\n", "---\n", size))
    yield "words instead of fields", Hostile(data=lambda size: _filled("---\n", "a ", "\n---\n", size))
    yield "byte order marks", Hostile(data=lambda size: _filled("", "\ufeff", "", size))
    yield "NULs", Hostile(data=lambda size: _filled("---\nx: ", "\0", "\n---\n", size))
    yield "Latin-1", Hostile(data=lambda size: b"---\n" + b"a" * (size - 9) + b"\xe9\n---")
    yield (
        "keywords of a topic",
        Hostile(
            path=_TOPIC, data=lambda size: _filled("name: A\nkeywords:\n", lambda n: f"- k{n}\n", "", size)
        ),
    )
    yield (
        "other names of a provider",
        Hostile(
            path=_ORGANIZATION,
            data=lambda size: _filled("domain: a.com\notherNames:\n", lambda n: f"- k{n}\n", "", size),
        ),
    )
    yield (
        "a taxonomy of no kind",
        Hostile(path="x.yaml", data=lambda size: _filled("", "taxonom\n", "", size)),
    )


# -- folders that are read by path -------------------------------------------------------------------------

_FRONTS: list[tuple[str, str, str | Callable[[int], str], str]] = [
    ("TOML keys", "+++\n", lambda n: f"k{n} = 1\n", "+++\n"),
    ("equal TOML keys", "+++\n", "a = 1\n", "+++\n"),
    ("a TOML key of many parts", "+++\n", "a.", "b = 1\n+++\n"),
    ("a TOML key of parts and spaces", "+++\n", "a . ", "b = 1\n+++\n"),
    ("TOML lists in lists", "+++\na = ", "[", "\n+++\n"),
    ("TOML tables in tables", "+++\na = ", "{a = ", "\n+++\n"),
    ("TOML tables", "+++\n", lambda n: f"[t{n}.a.b.c]\n", "+++\n"),
    ("equal TOML tables", "+++\n", "[[a.b]]\n", "+++\n"),
    ("TOML escapes", '+++\na = "', "\\n", '"\n+++\n'),
    ("TOML lines", '+++\na = """', "\\\n", '"""\n+++\n'),
    ("TOML digits", "+++\na = ", "9", "\n+++\n"),
    ("TOML quotes", "+++\na = ", '"', "\n+++\n"),
    ("TOML without end", "+++\n", "a = 1\n", ""),
    ("lines of TOML fences", "", "+++\n", ""),
    ("JSON keys", "{", lambda n: f'"k{n}": 1, ', '"a": 1}\n'),
    ("equal JSON keys", "{", '"a": 1, ', '"a": 1}\n'),
    ("JSON lists in lists", '{"a": ', "[", "}\n"),
    ("JSON objects in objects", "", '{"a": ', "}\n"),
    ("JSON escapes", '{"a": "', '\\"', '"}\n'),
    ("JSON digits", '{"a": ', "9", "}\n"),
    ("JSON lists", '{"a": [', "[],", "[]]}\n"),
    ("JSON objects", '{"a": [', "{},", "{}]}\n"),
    ("header lines", "Title: A\n", lambda n: f"k{n}: 1\n", "\n"),
    ("equal header lines", "Title: A\n", "a: 1\n", "\n"),
    ("lines of one header", "Title: A\n", "  a\n", "\n"),
    ("header lines that end in a text", "Title: A\n", "a: 1\n", "a"),
    ("spaces of a header line", "Title:", " ", "\n"),
    ("letters of a header line", "T", "t", ""),
    ("lines of spaces", "", "   \n", ""),
    ("YAML without end", "---\n", "a: 1\n", ""),
    ("equal YAML keys", "---\n", "a: 1\n", "---\n"),
    ("topics in a text", "---\ntags: ", "a,b c ", "\n---\n"),
    ("topics in a list", "---\ntags:\n", lambda n: f"- t{n}\n", "---\n"),
    ("topics of symbols", "---\ntags: ", "☃", "\n---\n"),
    ("aliases", "---\naliases:\n", lambda n: f"- /a/{n}/\n", "---\n"),
    ("letters of an alias", "---\naliases: /", "a/", "\n---\n"),
    ("listed documents", "---\nrelated:\n", lambda n: f"- a{n}\n", "---\n"),
    ("listed documents, written with escapes", "---\nrelated:\n", '- "\\x61b"\n', "---\n"),
    ("listed documents on one line", "---\nrelated: [", "a,", "a]\n---\n"),
    ("one listed document", "---\nrelated: ", "a", "\n---\n"),
    ("pictures", "---\nimages:\n", lambda n: f"- a{n}.png\n", "---\n"),
    ("folders of a picture", "---\nimage: a", "/..", "/a.png\n---\n"),
    ("keys that are dates", "---\n", lambda n: f"? 2020-01-01 10:00:{n}\n: 1\n", "---\n"),
    ("spaces in a date of words", "---\ndate: Jan 1", " ", "2020\n---\n"),
]

_BODIES: list[tuple[str, str]] = [
    ("links", "[a](b) "),
    ("links, each on a line", "[a](b)\n"),
    ("wikilinks", "[[a]] "),
    ("wikilinks with a text", "[[a|b]]\n"),
    ("definitions", "[a]: b\n"),
    ("links by reference", "[a]: b\n\n[a][a]\n"),
    ("opening brackets", "["),
    ("closing brackets", "]"),
    ("opening brackets of pictures", "!["),
    ("open links", "[a]("),
    ("open wikilinks", "[[a"),
    ("stars", "*a **b "),
    ("underscores", "_a __b "),
    ("backticks of many lengths", "`a``b"),
    ("dollars", "$a$$b"),
    ("open HTML", "<a "),
    ("open HTML with quotes", "<a href='"),
    ("HTML links", "<a href='b'>c</a> "),
    ("HTML links, each a block", "<a href='b'>\n\n"),
    ("open comments", "<!-- "),
    ("comments", "<!-- a -->"),
    ("open template tags", "{% link "),
    ("template tags", "{% link a.md %} "),
    ("open template comments", "{% comment %} "),
    ("open shortcodes", "{{< ref "),
    ("shortcodes", '{{< ref "a" >}}'),
    ("open notes", "%% "),
    ("percent signs", "%"),
    ("placeholders", "\ue0000\ue001{{a}}"),
    ("quotes in quotes", "> "),
    ("lists in lists", "- "),
    ("list items", "- a\n"),
    ("headings", "# a\n"),
    ("cells", "|a"),
    ("rows", "|a|b|\n|-|-|\n"),
    ("footnotes", "[^a]: b\n\n[^a] "),
    ("entities", "&amp;"),
    ("escapes", "\\["),
    ("lines", "a b c\n"),
    ("paragraphs", "a b c\n\n"),
    ("one word", "a"),
    ("imports", "import a from 'b'\n\n"),
    ("angle brackets", "<"),
    ("addresses in angle brackets", "<https://a.example/> "),
]


def _by_path() -> Iterator[tuple[str, Hostile]]:
    for name, before, piece, after in _FRONTS:
        yield f"by path: {name}", _of_path(before, piece, after)
    for name, piece in _BODIES:
        yield f"by path: a body of {name}", _of_path("", piece, "")
    yield "by path: code and links in turn", _of_path("", "```\n[a](b)\n```\n[a](b)\n", "")


def _of_path(before: str, piece: str | Callable[[int], str], after: str) -> Hostile:
    return Hostile(path="one.md", is_by_path=True, data=lambda size: _filled(before, piece, after, size))
