"""A query string is read as the URL standard has it, which is how the standard library reads it."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode

from hypothesis import given, strategies as st

from graph_api.errors import HttpError
from graph_api.server.graphql.request import GraphQLRequest, from_query_string

PARTS = st.sampled_from(
    ["query", "=", "&", "&&", "+", "%", "%20", "%C3%A9", "%ff", "{a}", ";", "x", "operationName", "%71uery"]
)


def expected(text: str) -> GraphQLRequest | None:
    """What these parameters ask for by the standard library; None where nothing well-formed is asked."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    given, names = dict(pairs), [name for name, _ in pairs]
    if names.count("query") != 1 or names.count("operationName") > 1 or not given["query"]:
        return None
    return GraphQLRequest(given["query"], {}, given.get("operationName") or None, {})


@given(st.lists(PARTS, max_size=12).map("".join))
def test_any_query_string_is_read_as_the_standard_library_reads_it(text: str) -> None:
    try:
        found = from_query_string(text.encode())
    except HttpError:
        found = None
    assert found == expected(text)


@given(query=st.text(min_size=1), name=st.text(min_size=1))
def test_what_was_encoded_is_read(query: str, name: str) -> None:
    asked = GraphQLRequest(query, {}, name, {})
    assert from_query_string(urlencode({"query": query, "operationName": name}).encode()) == asked
    assert from_query_string(f"query={quote(query)}&operationName={quote(name)}".encode()) == asked


def test_a_long_text_is_read_as_a_short_one_is() -> None:
    text = "{ revision } #" + "é +%" * 5000
    assert from_query_string(f"query={quote(text)}".encode()).query == text
