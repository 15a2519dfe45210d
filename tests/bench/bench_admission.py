"""CPU time of refusing one operation, for operations written to make admission expensive.

    python tests/bench/bench_admission.py

Every refusal is measured anew, with nothing remembered. The median of the rounds counts, in CPU time of
this process, so that a busy machine does not. The goal is at most 30 ms.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from graph_api.errors import OperationRefused
from graph_api.execution.graphql_errors import refusal_body
from graph_api.execution.operation_cache import OperationCache
from graph_api.schema import build_schema
from graph_api.settings import Settings

ROUNDS = 15
GOAL_MS = 30.0


def bomb(fragments: int) -> str:
    """Fragments of which each spreads the next twice."""
    return "{ ...f0 } " + " ".join(
        [
            *(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(fragments)),
            f"fragment f{fragments} on Query {{ revision }}",
        ]
    )


def attacks() -> dict[str, tuple[str, dict[str, Any]]]:
    """Operations that are refused, with their variables."""
    deep: Any = 1
    for _ in range(1_000):
        deep = [deep]
    pages = " ".join(f"articles(first: {n}) {{ ...f }}" for n in range(1, 70))
    spreads = " ".join(f"...f{n}" for n in range(15))
    providers = "".join(f" fragment f{n} on Provider {{ id }}" for n in range(15))
    columns = "id slug title category type webUrl originalUrl ampWebUrl url heat "
    filtered = "query ($v: ArticleFilter) { articles(filter: $v, first: 101) { totalCount } }"
    related = "{ related(first: 100) { nodes " * 5 + "{ id }" + " } }" * 5
    return {
        "20 fragments, each spreading the next twice": (bomb(20), {}),
        "fragments up to the limit of tokens": (bomb(140), {}),
        "470 aliases": ("{ " + " ".join(f"a{n}:revision" for n in range(470)) + " }", {}),
        "1,490 fields that do not exist": ("{ " + " ".join("x" for _ in range(1490)) + " }", {}),
        "20 fields that do not exist, within the limits": (
            "{ " + " ".join(f"x{n}" for n in range(20)) + " }",
            {},
        ),
        "nested pages of 100": (f"{{ articles(first: 100) {{ nodes {related} }} }}", {}),
        "nested to the limit of tokens": ("{ x " * 740 + "{ y" + " }" * 741, {}),
        "16 KB of one name": ("{ " + "x" * 17_000 + " }", {}),
        "1,501 tokens": ("{ " + "x " * 1_600 + "}", {}),
        "fragments within each other": (
            "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
            {},
        ),
        "990 equal fields within one field": (
            "{ articles { " + "totalCount " * 990 + "} }",
            {},
        ),
        "10 columns selected 31 times each": (
            "{ articles { nodes { " + columns * 31 + "nope } } }",
            {},
        ),
        "99 times the same 10 columns": (
            "{ articles { nodes { " + columns * 99 + "} } }",
            {},
        ),
        "15 fragments spread in 30 equal fields": (
            "{ articles { nodes { " + f"provider {{ {spreads} }} " * 30 + "} } }" + providers,
            {},
        ),
        "a fragment of 700 fields on pages of 69 lengths": (
            "{ " + pages + "} fragment f on ArticleConnection { " + "totalCount " * 700 + "}",
            {},
        ),
        "370 arguments of one name": (
            "{ articles(" + " ".join(f"first: {n}" for n in range(370)) + ") { totalCount } }",
            {},
        ),
        "370 variables of a type that does not exist": (
            "query (" + " ".join(f"$a{n}: Artikle" for n in range(370)) + ") { revision }",
            {},
        ),
        "60 operations that spread one fragment with variables": (
            "".join(f"query q{n}($a: Int) {{ ...f }} " for n in range(60))
            + "fragment f on Query { "
            + "articles(first: $a, last: $a) { totalCount } " * 18
            + "nope }",
            {},
        ),
        "16 KB of escapes in one text": ('{ node(id: "' + "\\n" * 7_900 + '") { nope } }', {}),
        "20 times the schema by 20 aliases": (
            "{ "
            + " ".join(
                f"a{n}: __schema {{ types {{ fields {{ type {{ fields {{ name }} }} }} }} }}"
                for n in range(20)
            )
            + " }",
            {},
        ),
        "64 KB of empty objects in a filter": (filtered, {"v": {"or": [{}] * 15_000}}),
        "64 KB of empty lists in a variable nobody asks for": ("{ revision nope }", {"v": [[]] * 21_000}),
        "64 KB of numbers for ids": ("query ($v: [ID!]!) { nodes(ids: $v) { id } }", {"v": [1] * 31_000}),
        "fields of a filter that do not exist": (
            filtered,
            {"v": {f"titl{n}": 1 for n in range(4_500)}},
        ),
        "480 conditions, then a page of none": (filtered, {"v": {"or": [{"title": {"eq": "a"}}] * 480}}),
        "1,000 representations, then a page of none": (
            "query ($v: [_Any!]!) { _entities(representations: $v) { __typename } articles(first: 101) { totalCount } }",
            {"v": [{"__typename": "Topic", "id": "topic:a"}] * 1_000},
        ),
        "variables nested 1,000 deep, as deep as JSON is read": (
            "query ($v: Int) { articles(first: $v) { totalCount } }",
            {"v": deep},
        ),
        "a list of 5,000 ids": (
            "query ($v: [ID!]!) { nodes(ids: $v) { id } }",
            {"v": ["topic:x"] * 5_000},
        ),
        "a filter of 5,000 values": (
            "query ($v: ArticleFilter) { articles(filter: $v) { totalCount } }",
            {"v": {"title": {"in": ["x"] * 5_000}}},
        ),
    }


def refusal_ms(preparation: OperationCache, text: str, variables: dict[str, Any]) -> float:
    """CPU milliseconds of one refusal, its answer's bytes included."""
    begun = time.process_time()
    try:
        preparation.prepared(text, variables, "q0" if text.startswith("query q0") else None)
    except OperationRefused as refusal:
        refusal_body(refusal, Settings().max_errors)
        return (time.process_time() - begun) * 1000
    raise SystemExit(f"not refused: {text[:60]}")


def main() -> None:
    schema, settings = build_schema(), Settings()
    gc.collect()
    gc.freeze()  # as the server does when it starts
    worst = 0.0
    for name, (text, variables) in attacks().items():
        rounds = [refusal_ms(OperationCache(schema, settings), text, variables) for _ in range(ROUNDS)]
        worst = max(worst, median(rounds))
        print(f"{median(rounds):7.2f} ms  (at most {max(rounds):7.2f})  {len(text):6} bytes  {name}")
    print(f"worst median {worst:.1f} ms; the goal is at most {GOAL_MS:.0f} ms")
    raise SystemExit(worst > GOAL_MS)


if __name__ == "__main__":
    main()
