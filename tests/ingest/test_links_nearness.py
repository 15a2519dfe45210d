"""The nearest of several documents, against a plain comparison of all of them, for any folders."""

from __future__ import annotations

from hypothesis import given, strategies as st

from graph_api.documents.document import Reference, ReferenceForm
from graph_api.ingest.links import LinkIndex, Target
from graph_api.records import NodeKey

BASE = "https://sky.example/"

folders = st.lists(st.sampled_from("xyz"), max_size=4).map(tuple)


def steps(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Steps up from *one* to the common folder, and down to *other*."""
    common = 0
    while common < min(len(one), len(other)) and one[common] == other[common]:
        common += 1
    return len(one) + len(other) - 2 * common


def path(folder: tuple[str, ...], name: str) -> str:
    return "/".join((*folder, f"{name}.md"))


@given(st.lists(folders, min_size=1, max_size=6, unique=True), folders)
def test_a_name_finds_the_one_document_with_the_fewest_steps(
    places: list[tuple[str, ...]], source: tuple[str, ...]
) -> None:
    targets = [
        Target(NodeKey(at), path(place, "chart"), f"{BASE}{at}", (), ("The Chart",))
        for at, place in enumerate(places)
    ]
    nearest = [one for one in places if steps(source, one) == min(steps(source, other) for other in places)]
    expected = path(nearest[0], "chart") if len(nearest) == 1 else None

    reference = Reference(ReferenceForm.WIKILINK, "the chart", 1)
    found = LinkIndex(targets, BASE).resolve(reference, path(source, "log"))

    assert (None if found is None else found.path) == expected
