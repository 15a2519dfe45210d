"""Sample operations, filled in with what the caller's own content holds.

They are the files of `schema/operations`: each begins with a comment that says what it shows, and has variables
whose defaults suit the sample documents. Here they get values from the newest articles that the caller may see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from graph_api.errors import Overloaded, StoreError
from graph_api.server.graphql.negotiation import PLAIN_JSON
from graph_api.server.rate_limit.buckets import Allowance
from graph_api.server.state import Service

_IN_WHEEL = Path(__file__).with_name("operations")
_IN_SOURCES = Path(__file__).parents[2] / "schema" / "operations"
OPERATIONS = _IN_WHEEL if _IN_WHEEL.is_dir() else _IN_SOURCES

_NAME = re.compile(r"^query (\w+)", re.MULTILINE)
# It costs less than what counts as heavy, and is answered from memory until the content changes.
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
    """An operation: its *name*, a *title* for people, what it *shows*, and its text."""

    name: str
    title: str
    shows: str
    text: str


class Samples:
    """Answers with the samples that the server would answer."""

    def __init__(self, service: Service, folder: Path = OPERATIONS) -> None:
        self._service = service
        self._folder = folder

    @cached_property
    def _all(self) -> list[Sample]:
        return [_sample(file) for file in sorted(self._folder.glob("*.graphql"))]

    async def answer(self, request: Request) -> Response:
        """The samples as JSON, with the `variables` of each that asks for something particular."""
        sent = dict(request.headers.raw)
        self._service.sites.check(sent)
        address = request.client.host if request.client else ""
        rates = self._service.rates
        allowance = Allowance(rates, address) if rates is not None else None
        found = await self._own_content(sent.get(b"authorization", b""), address, allowance)
        variables = _variables(found) if found else {}
        told = [
            {
                "name": sample.name,
                "title": sample.title,
                "shows": sample.shows,
                "text": sample.text,
                "variables": variables.get(sample.name),
            }
            for sample in self._all
            if self._service.persisted.answers(sample.text)
        ]
        headers = {"cache-control": "no-store"}
        response = Response(orjson.dumps({"samples": told}), headers=headers, media_type=PLAIN_JSON)
        if allowance is not None:
            await allowance.settle()
            response.raw_headers += allowance.headers
        return response

    async def _own_content(
        self, authorization: bytes, address: str, allowance: Allowance | None
    ) -> Json | None:
        """What the newest articles hold that this caller may see; None where there is nothing, or no time for it.
        It is an operation like any other: it has its turn, and its cost is charged."""
        access = self._service.access
        caller = access.caller(authorization)
        if allowance is not None:
            await allowance.begin(caller.name)
        try:
            engine = await self._service.engine()
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
    named = _NAME.search(text)
    return Sample(
        name=named[1] if named else "",
        title=file.stem.replace("-", " ").capitalize(),
        shows=" ".join(line.removeprefix("#").strip() for line in comment),
        text=text,
    )


def _variables(found: Json) -> dict[str, Json]:
    """The variables of each sample, by its name; what the content does not hold keeps its default."""
    articles: list[Json] = found["listing"]["nodes"] or found["any"]["nodes"]
    article = max(articles, key=_shown_by)  # the newest of those with most
    topics = [topic["slug"] for topic in article["topics"]]
    parents = [topic["parent"]["slug"] for topic in found["topics"]["nodes"] if topic["parent"]]
    domain = article["provider"] and article["provider"]["domain"]
    path = next((source["path"] for source in article["sources"]), None)
    filled: dict[str, Json] = {
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
        "TopicTree": {"by": {"slug": [*parents, *topics][0]} if parents or topics else None},
    }
    return {name: _given(variables) for name, variables in filled.items()}


def _shown_by(article: Json) -> int:
    """How much there is to show of an article."""
    told = sum(1 for name in ("slug", "sources", "provider", "topics") if article[name])
    return told + len(article["related"]["nodes"])


def _filter(article: Json, topics: list[str]) -> Json:
    conditions = {
        "publishedDateTime": article["publishedDateTime"] and {"gte": article["publishedDateTime"]},
        "topics": topics and {"some": {"slug": {"in": topics[:2]}}},
        "or": [{"title": {"contains": article["title"].partition(" ")[0]}}, {"hasImage": True}],
        "not": {"isStub": {"eq": True}},
    }
    return _given(conditions)


def _ids(article: Json) -> list[str]:
    around = [article["provider"], *article["topics"][:1], *article["related"]["nodes"][:1]]
    return [article["id"], *(each["id"] for each in around if each)]


def _two_steps_from(article: Json) -> str | None:
    """An article that a related one lists, else a related one; None where there is neither."""
    near = [one["id"] for one in article["related"]["nodes"]]
    far = [one["id"] for between in article["related"]["nodes"] for one in between["related"]["nodes"]]
    wanted = [id for id in far if id not in {article["id"], *near}]
    return next(iter([*wanted, *near]), None)


def _given(values: Json) -> Json:
    return {name: value for name, value in values.items() if value}
