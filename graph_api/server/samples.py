"""/samples.json: sample operations with variables that fit the content.

The samples are the files of `schema/operations`. Each begins with a comment that describes it, and its variables have
defaults for the documents in seeds/. Here the variables get values from the newest articles that the caller may see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from graph_api.errors import Overloaded, StoreError
from graph_api.server.graphql.negotiation import PLAIN_JSON
from graph_api.server.rate_limit.buckets import Allowance
from graph_api.server.state import ApiState

_IN_WHEEL = Path(__file__).with_name("operations")
_IN_SOURCES = Path(__file__).parents[2] / "schema" / "operations"
OPERATIONS = _IN_WHEEL if _IN_WHEEL.is_dir() else _IN_SOURCES

_NAME = re.compile(r"^query (\w+)", re.MULTILINE)
# Light enough not to queue behind heavy operations; answered from the response cache until the content changes.
_OWN_CONTENT = """
query OwnContent {
  listing: articles(first: 10, filter: { isStub: { eq: false }, relatedCount: { gt: 0 } }) { nodes { ...Own } }
  any: articles(first: 1) { nodes { ...Own } }
  topics(first: 100) { nodes { slug parent { slug } } }
}
fragment Own on Article {
  id
  slug
  url
  title
  publishedDateTime
  sources { path }
  provider { id domain }
  topics { id slug name }
  related(first: 3) { nodes { id related(first: 3) { nodes { id } } } }
}
"""

Json = dict[str, Any]  # Any: what JSON can be


@dataclass(frozen=True, slots=True)
class Sample:
    """An operation: its *name*, a *title* for people, a sentence that describes it (*shows*), and its text."""

    name: str
    title: str
    shows: str
    text: str


class Samples:
    """Serves the samples; with `--trusted-only`, those that are trusted documents."""

    def __init__(self, state: ApiState) -> None:
        self._state = state

    @cached_property
    def _all(self) -> list[Sample]:
        return [_sample(file) for file in sorted(OPERATIONS.glob("*.graphql"))]

    async def respond(self, request: Request) -> Response:
        """JSON: the samples, each with `variables` or null."""
        headers = dict(request.headers.raw)
        self._state.cross_site.check(headers)
        address = request.client.host if request.client else ""
        rates = self._state.rates
        allowance = Allowance(rates, address) if rates is not None else None
        content = await self._content(headers.get(b"authorization", b""), address, allowance)
        body = orjson.dumps({"samples": self._filled(_variables(content) if content else {})})
        response = Response(body, headers={"cache-control": "no-store"}, media_type=PLAIN_JSON)
        if allowance is not None:
            await allowance.settle()
            response.raw_headers += allowance.headers
        return response

    def _filled(self, variables: Mapping[str, Json]) -> list[Json]:
        return [
            {**asdict(sample), "variables": variables.get(sample.name)}
            for sample in self._all
            if self._state.persisted.allows(sample.text)
        ]

    async def _content(self, authorization: bytes, address: str, allowance: Allowance | None) -> Json | None:
        """What the newest articles hold; None when there are none or the server is overloaded.

        An ordinary operation: it queues like others and counts against the rate limit.
        """
        access = self._state.access
        caller = access.caller(authorization)
        if allowance is not None:
            await allowance.begin(caller.name)
        try:
            engine = await self._state.engine()
            answer = await engine.execute(
                _OWN_CONTENT,
                rights=access.rights(caller),
                client=caller.name or address,
                charge=allowance.charge if allowance is not None else None,
            )
        except (StoreError, Overloaded):
            return None
        data: Json | None = orjson.loads(answer.body).get("data")
        return data if data and data["any"]["nodes"] else None


def _sample(file: Path) -> Sample:
    text = file.read_text("utf-8")
    comment = [line for line in text.splitlines() if line.startswith("#")]
    name = _NAME.search(text)
    return Sample(
        name=name[1] if name else "",
        title=file.stem.replace("-", " ").capitalize(),
        shows=" ".join(line.removeprefix("#").strip() for line in comment),
        text=text,
    )


def _variables(content: Json) -> dict[str, Json]:
    """Variables by the name of the sample; those without a value here keep their defaults."""
    articles: list[Json] = content["listing"]["nodes"] or content["any"]["nodes"]
    article = max(articles, key=_richness)
    topics = [topic["slug"] for topic in article["topics"]]
    parents = [topic["parent"]["slug"] for topic in content["topics"]["nodes"] if topic["parent"]]
    domain = article["provider"] and article["provider"]["domain"]
    path = next((source["path"] for source in article["sources"]), None)
    variables: dict[str, Json] = {
        "Article": {"by": {"id": article["id"]}},
        "Body": {"path": path},
        "BothWays": {"id": article["id"]},
        "Filtered": {"filter": _filter(article, topics)},
        "LookUps": {
            "slug": article["slug"],
            "url": article["url"],
            "path": path,
            "domain": domain,
            "topic": article["topics"][0]["name"] if topics else None,
        },
        "Neighborhood": {"id": article["id"]},
        "Nodes": {"ids": _ids(article)},
        "Path": {"from": article["id"], "to": _two_steps_from(article)},
        "Providers": {"ending": domain and "." + domain.rpartition(".")[2]},
        "Recommendations": {"by": {"id": article["id"]}},
        "Search": {"query": " ".join(article["title"].split()[:2])},
        "Suggest": {"prefix": article["title"][:4]},
        "Together": {"topic": topics[0] if topics else None},
        "TopicTree": {"by": {"slug": [*parents, *topics][0]} if parents or topics else None},
    }
    return {name: _without_empty(values) for name, values in variables.items()}


def _richness(article: Json) -> int:
    """How many fields and related articles there are to show."""
    present = sum(1 for name in ("slug", "sources", "provider", "topics") if article[name])
    return present + len(article["related"]["nodes"])


def _filter(article: Json, topics: list[str]) -> Json:
    conditions = {
        "publishedDateTime": article["publishedDateTime"] and {"gte": article["publishedDateTime"]},
        "topics": topics and {"some": {"slug": {"in": topics[:2]}}},
        "or": [{"title": {"contains": article["title"].partition(" ")[0]}}, {"hasImage": True}],
        "not": {"isStub": {"eq": True}},
    }
    return _without_empty(conditions)


def _ids(article: Json) -> list[str]:
    neighbors = [article["provider"], *article["topics"][:1], *article["related"]["nodes"][:1]]
    return [article["id"], *(each["id"] for each in neighbors if each)]


def _two_steps_from(article: Json) -> str | None:
    """An article that a related one lists, else a related one, else None."""
    near = [one["id"] for one in article["related"]["nodes"]]
    far = [one["id"] for between in article["related"]["nodes"] for one in between["related"]["nodes"]]
    candidates = [id for id in far if id not in {article["id"], *near}]
    return next(iter([*candidates, *near]), None)


def _without_empty(values: Json) -> Json:
    return {name: value for name, value in values.items() if value}
