"""The fast YAML path gives exactly what the exact one gives, or leaves the text to it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings, strategies as st

from graph_api.documents import front_matter, read_file, scan, yaml_exact, yaml_fast
from graph_api.documents.document import ParsedFile
from graph_api.documents.yaml_fast import is_suspect
from tests.corpora import corpus


def assert_paths_agree(text: str) -> None:
    """What the fast path says of a mapping is what the exact one says, which finds no problem.

    Keys that are not texts are left to the exact path by whoever reads the fields.
    """
    found = yaml_fast.read(text)
    if found is None or not isinstance(found[0], dict) or not has_text_keys(found[0]):
        return
    exact = yaml_exact.read(text)
    assert exact.problems == ()
    assert typed(found[0]) == typed(yaml_exact.value_of(exact.root))


def typed(value: object) -> object:
    """*value* so that 1, 1.0 and True differ and NaN equals itself."""
    if isinstance(value, dict):
        return sorted((key, typed(item)) for key, item in value.items())
    return [typed(item) for item in value] if isinstance(value, list) else repr(value)


def has_text_keys(value: Any) -> bool:
    """Whether all keys of the mappings in *value* are texts."""
    if isinstance(value, dict):
        return all(type(key) is str and has_text_keys(item) for key, item in value.items())
    return not isinstance(value, list) or all(map(has_text_keys, value))


@pytest.mark.parametrize(
    "name",
    ["azure-mini", pytest.param("azure-dev", marks=pytest.mark.slow)],
)
def test_both_paths_agree_on_the_corpus_and_the_fast_one_is_used(name: str) -> None:
    folder = corpus(name)
    for path in scan(folder):
        file = read_file(folder, path)
        assert not isinstance(file, ParsedFile)
        text = file.data.decode()
        front = front_matter.split(text) if path.endswith(".md") else front_matter.whole(text)
        exact = front.source.exact
        assert exact.problems == front.problems == ()
        assert yaml_exact.value_of(exact.root) == front.mapping
        if path.endswith(".md"):
            assert not is_suspect(text[4 : text.index("\n---", 4) + 1])


_PIECES = [
    *(
        "a",
        "b",
        "x y",
        "title",
        ": ",
        ":",
        "- ",
        "-",
        "#",
        " #",
        "&",
        "*",
        "!",
        "? ",
        "{",
        "}",
        "[",
        "]",
        ",",
        ", ",
    ),
    *(
        "'",
        '"',
        "\\",
        "\\n",
        "\\0",
        "\\u00e9",
        " ",
        "  ",
        "\n",
        "\n  ",
        "\n- ",
        "\n    ",
        "|",
        "|\n  ",
        ">-\n  ",
    ),
    *(
        "%",
        "@",
        "`",
        "~",
        "<<",
        "0",
        "17",
        "1.5",
        ".5",
        "1e3",
        "_",
        "0x1f",
        ".nan",
        "true",
        "no",
        "null",
        "=",
    ),
    *(
        "2020-01-01",
        "12:30:45",
        "\u00e9",
        "\x85",
        "\u2028",
        "\u00a0",
        "\ufeff",
        "\x07",
        "\t",
        "\r",
        "...",
        "---",
    ),
    *("\U0001f600", "\na: ", "\nb: ", "\nc: ", "\n---\n"),
]


@settings(max_examples=600)
@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
@example("_1")
@example("1_000")
@example("017")
@example("8e_+8")
@example("|\n")
@example("| # empty\n")
@example("[a, b: c]")
@example('"x\n  b: ", c: &y d, e: "\n')
@example("[x\n  b: ', c: &y d, e: ']")
@example("{|}")
@example("\n? [a]\n: b")
def test_both_paths_agree_on_anything_like_yaml(value: str) -> None:
    assert_paths_agree(f"a: {value}\n")


_ITEMS = st.lists(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join), min_size=1, max_size=3)


@settings(max_examples=600)
@given(
    head=st.sampled_from(_PIECES),
    items=_ITEMS,
    tail=st.sampled_from(_PIECES),
    indent=st.sampled_from(["", "  "]),
)
@example(head='"x', items=["a"], tail='\n"\nlast: 1', indent="  ")
@example(head='"x', items=["a"], tail="1", indent="  ")
@example(head='"x', items=["a", 'b"'], tail="1", indent="  ")
@example(head="1", items=['"x', 'b"'], tail="1", indent="  ")
@example(head="1", items=["t: |+\n      x\n\n", "t: |+\n      x\n\n"], tail="1", indent="  ")
@example(head="[x", items=["a", "b"], tail="1]", indent="  ")
@example(head="1", items=["a", "b"], tail="1\nrelated: 2", indent="")
def test_both_paths_agree_on_lists_read_in_pieces(
    head: str, items: list[str], tail: str, indent: str
) -> None:
    written = "".join(f"{indent}- {item}\n" for item in items)
    assert_paths_agree(f"title: {head}\nrelated:\n{written}more: {tail}\n")
    assert_paths_agree(f"title: {head}\nrelated:\n{written}{tail}\nmore: 1\n")


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=30),
    st.sampled_from(
        ["no", "1.10", "2020-01-01", "a: b", "& b", "*c*", "!d", "[e]", "{f}", "# g", "<<", ">>Don't", "''"]
    ),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-zA-Z]\w{0,8}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    value=st.dictionaries(st.sampled_from(["title", "excerpt", "more", "related"]), _VALUES, min_size=1),
    style=st.sampled_from([None, '"', "'", "|"]),
    flow=st.sampled_from([None, False, True]),
    unicode=st.booleans(),
)
def test_both_paths_agree_on_what_a_yaml_writer_writes(
    value: dict[str, object], style: str | None, flow: bool | None, unicode: bool
) -> None:
    written = yaml.safe_dump(
        value, default_style=style, default_flow_style=flow, allow_unicode=unicode, width=60
    )
    assert_paths_agree(written)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\n",
        "a: *x\n",
        "a: !t 1\n",
        "a: !!str 1\n",
        "a:\n  &x b\n",
        "a: [&x b]\n",
        "{a: &x b}\n",
        '{"a":&x b}\n',
        "a: [b,&x c]\n",
        "<<: {a: 1}\n",
        "a: 1\n---\nb: 1\n",
        "%TAG ! x\n---\na: 1\n",
        "\ta: 1\n",
        'a: "\\0"\n',
        "a: 'x' &y z\n",
        "a: x #\n  &y z\n",
    ],
)
def test_what_the_paths_might_read_differently_is_left_to_the_exact_one(text: str) -> None:
    assert is_suspect(text)


@pytest.mark.parametrize(
    "line",
    [
        'excerpt: "Tom &amp; Jerry *live* at R! [Update] {1}"',
        "excerpt: 'it''s &c. *now*'",
        "excerpt: AT&T &co *live* at 10:30",
        'excerpt: "say \\"&x\\""',
        "topics: [Azure, AI]",
        "topics: [\"Azure\", 'AI']",
        "provider: {name: A B, domain: a.com}",
        "topics: []",
    ],
)
def test_signs_inside_plain_values_do_not_cost_the_fast_path(line: str) -> None:
    assert not is_suspect(f"title: One\n{line}\nrelated:\n  - {line}\n    {line}\n")
