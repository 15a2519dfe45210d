"""Cursors stay good while the content changes: every connection in every order, re-ingested between its pages."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import orjson
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from graph_api.execution.engine import Engine
from graph_api.ingest import ingest
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from tests.ingest.build import write_folder

SCHEMA = build_schema()
NAMES = "abcdefghij"


@dataclass(frozen=True)
class File:
    """A document: what lists are sorted and filtered by."""

    title: str = "T"
    day: int | None = 1
    quality: int | None = None
    heat: int | None = None
    published: bool | None = None
    removed: bool = False
    provider: str | None = None
    topics: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    flaws: tuple[str, ...] = ()  # keys with values that are left out: each is a problem

    def text(self, name: str) -> str:
        lines = [f"title: {self.title}", f"webUrl: https://example.org/{name}", "type: article"]
        lines += [f"publishedDateTime: 2024-01-0{self.day}T00:00:00Z"] if self.day else []
        lines += [
            f"{key}: {value}"
            for key, value in (("quality", self.quality), ("heat", self.heat))
            if value is not None
        ]
        lines += [f"published: {str(self.published).lower()}"] if self.published is not None else []
        lines += ["removed: true"] if self.removed else []
        lines += (
            [f"provider: {{name: {self.provider}, domain: {self.provider}.example}}"] if self.provider else []
        )
        lines += [f"topics: [{', '.join(self.topics)}]"] if self.topics else []
        entries = [
            f"  - {{title: T, webUrl: https://example.org/{one}, type: article}}" for one in self.related
        ]
        lines += ["related:", *entries] if entries else []
        lines += [f"unknown_{one}: .nan" for one in self.flaws]
        return "\n".join(["---", *lines, "---", ""])


def _some(values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.permutations(list(values)).flatmap(
        lambda order: st.integers(0, len(order)).map(lambda n: tuple(order[:n]))
    )


SCORES = st.none() | st.integers(0, 4)
FILES = st.builds(
    File,
    title=st.sampled_from(["A", "B", "C", "D"]),
    day=st.none() | st.integers(1, 5),
    quality=SCORES,
    heat=SCORES,
    published=st.sampled_from([None, True, True, False]),
    removed=st.sampled_from([False, False, False, True]),
    provider=st.sampled_from([None, "p", "p", "q", "r"]),
    topics=_some("tuv"),
    related=_some(NAMES),
    flaws=_some("xyz"),
)

ORDERS = {
    "own": "",
    "heat": ", orderBy: {field: HEAT}",
    "oldest": ", orderBy: {field: PUBLISHED_DATE_TIME, direction: ASC, nulls: FIRST}",
    "quality": ", orderBy: [{field: QUALITY, nulls: FIRST}, {field: TITLE}]",
    "title": ", orderBy: {field: TITLE, direction: ASC}",
    "count": ", orderBy: {field: RELATED_COUNT}",
}
POSITIONS = {
    "position": ", orderBy: {field: POSITION, direction: ASC}",
    "backwards": ", orderBy: {field: POSITION, nulls: FIRST}",
}
GOOD = ", filter: {not: {quality: {eq: 0}}}"
LISTS: Mapping[str, str] = {
    **{f"articles_{name}": f"articles(WINDOW{order})" for name, order in ORDERS.items()},
    "articles_filtered": f"articles(WINDOW{GOOD})",
    **{
        f"provider_{name}": f'provider(by: {{domain: "p.example"}}) {{ list: articles(WINDOW{order})'
        for name, order in ORDERS.items()
    },
    **{
        f"topic_{name}": f'topic(by: {{slug: "t"}}) {{ list: articles(WINDOW{order}, includeDescendants: {deep})'
        for deep, orders in (("false", ORDERS), ("true", {"below": "", "below_heat": ORDERS["heat"]}))
        for name, order in orders.items()
    },
    **{
        f"related_{way}_{name}": f'article(by: {{url: "https://example.org/a"}}) '
        f"{{ list: related(direction: {way}, WINDOW{order})"
        for way in ("OUT", "IN", "BOTH")
        for name, order in {**ORDERS, **POSITIONS, "filtered": GOOD}.items()
    },
    "providers": "providers(WINDOW)",
    "topics": "topics(WINDOW)",
    "problems": "contentReport { list: problems(WINDOW)",
}


@dataclass
class Walk:
    """One client that turns the pages of one list; what its cursor remembers: items before it, and its own."""

    remembered: int
    cursor: str | None = None
    carried: list[str] = field(default_factory=list[str])
    from_start: bool = True

    def follows(self, whole: list[str]) -> list[str] | None:
        """What comes after the cursor in the list as it is now; None where the cursor's values decide."""
        kept = [one for one in self.carried if one in whole]
        if kept:
            return whole[whole.index(kept[-1]) + 1 :]
        return whole if self.from_start or self.cursor is None else None

    def precedes(self, whole: list[str]) -> list[str] | None:
        kept = [one for one in self.carried if one in whole]
        if kept:
            return whole[: whole.index(kept[-1]) + (kept[-1] != self.carried[-1])]
        return [] if self.from_start else None

    def turned(self, whole: list[str], page: list[str], cursor: str | None) -> Walk:
        if not page:
            return self
        kept = [one for one in self.carried if one in whole]
        anchored = whole[: whole.index(kept[-1]) + 1] if kept else []
        carried = [one for one in anchored if one in kept] + page
        from_start = self.from_start and len(carried) <= self.remembered + 1
        return Walk(self.remembered, cursor, carried[-self.remembered - 1 :], from_start)


class Pages(RuleBasedStateMachine):
    """A folder that changes, and clients that turn pages."""

    published_only = False

    @initialize(files=st.fixed_dictionaries(dict.fromkeys(NAMES, FILES)))
    def begin(self, files: dict[str, File]) -> None:
        self.folder = Path(mkdtemp())
        self.files: dict[str, File] = {name: replace(file, removed=False) for name, file in files.items()}
        self.files["a"] = replace(self.files["a"], published=True)
        self.walks = {name: Walk(_remembered(name)) for name in LISTS}
        self._ingest()

    def teardown(self) -> None:
        rmtree(self.folder)

    @rule(name=st.sampled_from(NAMES[1:]), file=FILES)
    def a_document_changes(self, name: str, file: File) -> None:
        self.files[name] = file
        self._ingest()

    @rule(names=st.sets(st.sampled_from(NAMES[1:]), min_size=1, max_size=6))
    def documents_are_removed(self, names: set[str]) -> None:
        for name in names:
            self.files[name] = replace(self.files.get(name, File()), removed=True)
        self._ingest()

    @rule(related=_some(NAMES))
    def the_list_of_related_articles_changes(self, related: tuple[str, ...]) -> None:
        self.files["a"] = replace(self.files["a"], related=related)
        self._ingest()

    @rule(by=st.integers(1, 3))
    def all_scores_rise(self, by: int) -> None:
        for name, file in self.files.items():
            self.files[name] = replace(
                file,
                heat=None if file.heat is None else file.heat + by,
                quality=None if file.quality is None else file.quality + by,
            )
        self._ingest()

    @rule(size=st.integers(1, 4))
    def pages_are_turned(self, size: int) -> None:
        wholes = self._lists(dict.fromkeys(LISTS, "first: 100"))
        after = {
            name: f"first: {size}" + (f', after: "{walk.cursor}"' if walk.cursor else "")
            for name, walk in self.walks.items()
        }
        pages = self._lists(after)
        for name, walk in self.walks.items():
            whole, page = _keys(wholes[name]), _keys(pages[name])
            expected = walk.follows(whole)
            if expected is None:
                assert set(page) <= set(whole)
                self.walks[name] = Walk(_remembered(name))
                continue
            assert page == expected[:size], name
            if whole:
                assert pages[name]["pageInfo"]["hasNextPage"] == (len(expected) > size), name
                assert pages[name]["pageInfo"]["hasPreviousPage"] == (expected != whole), name
                self.walks[name] = walk.turned(whole, page, pages[name]["pageInfo"]["endCursor"])

    @rule(size=st.integers(1, 12))
    def what_precedes_is_shown(self, size: int) -> None:
        begun = {name: walk for name, walk in self.walks.items() if walk.cursor}
        wholes = self._lists(dict.fromkeys(begun, "first: 100"))
        pages = self._lists({name: f'last: {size}, before: "{walk.cursor}"' for name, walk in begun.items()})
        for name, walk in begun.items():
            expected = walk.precedes(_keys(wholes[name]))
            if expected is not None:
                assert _keys(pages[name]) == expected[-size:], name

    def _ingest(self) -> None:
        texts = {f"{name}.md": file.text(name) for name, file in self.files.items()}
        texts["_data/topics/t.yaml"] = "name: t\n"
        texts["_data/topics/u.yaml"] = "name: u\nparent: t\n"
        write_folder(self.folder / "site", texts)
        ingest([self.folder / "site"], self.folder / "g.sqlite")

    def _lists(self, windows: Mapping[str, str]) -> dict[str, Any]:
        return asyncio.run(self._asked(windows)) if windows else {}

    async def _asked(self, windows: Mapping[str, str]) -> dict[str, Any]:
        limits = Settings(
            published_only=self.published_only,
            max_aliases=100,
            max_root_fields=100,
            max_selections=10_000,
            max_key_pairs=100_000,
            max_tokens=10_000,
            max_source=100_000,
            max_cost=1_000_000,
        )
        store = await open_store(self.folder / "g.sqlite", reader_connections=1)
        try:
            answer = await Engine(SCHEMA, store, limits).execute(_query(windows), {})
        finally:
            await store.close()
        body = orjson.loads(answer.body)
        assert "errors" not in body, body
        return {name: _connection(found) for name, found in body["data"].items()}


def _remembered(name: str) -> int:
    """How many preceding items the cursors of a list remember: more where positions decide."""
    by_position = {"related_OUT_own", "related_OUT_filtered", "related_BOTH_own", "related_BOTH_filtered"}
    return 8 if name in by_position or name.endswith(("_position", "_backwards")) else 2


def _query(windows: Mapping[str, str]) -> str:
    shown = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } "
    parts: list[str] = []
    for name, window in windows.items():
        nodes = "nodes { path line message }" if name == "problems" else "nodes { id }"
        text = LISTS[name].replace("WINDOW", window)
        parts.append(f"{name}: {text} {{ {shown}{nodes} }}" + (" }" if "{ list:" in text else ""))
    return "{ " + " ".join(parts) + " }"


def _connection(found: Any) -> Any:
    if found is None:  # nobody has the topic or provider any more
        return {"nodes": []}
    return found.get("list", found)


def _keys(connection: Any) -> list[str]:
    return [node.get("id") or f"{node['path']} {node['message']}" for node in connection["nodes"]]


class PublishedPages(Pages):
    published_only = True


TestPages = Pages.TestCase
TestPublishedPages = PublishedPages.TestCase
for case in (TestPages, TestPublishedPages):
    case.settings = settings(max_examples=10, stateful_step_count=12, deadline=None)
