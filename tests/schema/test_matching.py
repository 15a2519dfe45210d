"""Which search orders a list, and how filters with searches compare."""

from __future__ import annotations

from graph_api.records import NodeKey
from graph_api.schema.matching import ranked_by
from graph_api.store.filters import And, FlagField, FlagIs, Not, Or, TextMatches

_FLAG = FlagIs(FlagField.IS_STUB, value=False)


def test_a_list_is_ranked_by_a_search_that_all_its_articles_match() -> None:
    search = TextMatches("azure")
    assert ranked_by(search) == "azure"
    assert ranked_by(And((_FLAG, And((search,))))) == "azure"
    assert ranked_by(Not(search)) is None
    assert ranked_by(Or((search, _FLAG))) is None
    assert ranked_by(None) is None


def test_filters_are_equal_by_their_query_alone() -> None:
    assert TextMatches("azure", (NodeKey(1),)) == TextMatches("azure")
    assert hash(TextMatches("azure", (NodeKey(1),))) == hash(TextMatches("azure"))
