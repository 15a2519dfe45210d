"""The sample garden, a folder of Markdown in no particular format, is served as the README of documents shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from graph_api.settings import Settings
from tests.readme import TOP, code_blocks
from tests.server.calling import post, serving

GARDEN = TOP / "tests" / "garden"
_LINKS = """
{
  articles(orderBy: { field: TITLE, direction: ASC }) {
    nodes { title related { edges { origin node { title } } } }
  }
  contentReport { linksFound linksResolved problems { totalCount } }
}
"""


async def test_the_example_of_the_readme_has_the_answer_shown(ingested: Callable[[Path], Path]) -> None:
    [query], [answer] = (code_blocks("graph_api/documents", language) for language in ("graphql", "json"))
    async with serving(ingested(GARDEN)) as app:
        assert (await post(app, query)).json == json.loads(answer)


async def test_links_wikilinks_and_lists_are_edges(ingested: Callable[[Path], Path]) -> None:
    async with serving(ingested(GARDEN)) as app:
        data = (await post(app, _LINKS)).data
    edges = {
        (article["title"], edge["node"]["title"], edge["origin"])
        for article in data["articles"]["nodes"]
        for edge in article["related"]["edges"]
    }
    assert edges == {
        ("A kitchen garden", "Beds", "LINKED"),
        ("A kitchen garden", "Compost", "LINKED"),
        ("Beans", "Tomatoes", "LINKED"),
        ("Beds", "Beans", "LINKED"),
        ("Beds", "Compost", "LINKED"),
        ("Beds", "Tomatoes", "LINKED"),
        ("Compost", "Beans", "LISTED"),
        ("Compost", "Rain", "LINKED"),
        ("Compost", "Worms", "LISTED"),
        ("First warm day", "Compost", "LINKED"),
        ("Plans for next year", "Beans", "LINKED"),
        ("Rain", "First warm day", "LINKED"),
        ("Tomatoes", "Beans", "LINKED"),
        ("Tomatoes", "Compost", "LINKED"),
        ("Worms", "Compost", "LINKED"),
    }
    # of what is named [[Leaf mould]] and [[pond]] do not exist yet; almanac.example is another site
    assert data["contentReport"] == {"linksFound": 16, "linksResolved": 14, "problems": {"totalCount": 0}}


async def test_drafts_are_not_shown_to_callers_of_published_content(ingested: Callable[[Path], Path]) -> None:
    async with serving(ingested(GARDEN), Settings(published_only=True)) as app:
        data = (await post(app, _LINKS)).data
    assert "Plans for next year" not in [article["title"] for article in data["articles"]["nodes"]]
    assert (data["contentReport"]["linksFound"], data["contentReport"]["linksResolved"]) == (14, 13)
