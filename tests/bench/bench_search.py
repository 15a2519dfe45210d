"""The search index on the dev corpus and on 100,000 articles made of its words: times, size, build.

Run it: `python tests/bench/bench_search.py`. The made articles follow the corpus's chains of two words, so that phrases
occur; one word in fifty is new, so that the vocabulary grows as real ones do. Queries are drawn from the texts by a fixed
seed. Times are of one call in this process, the best of three, in milliseconds, with the index mapped from its file.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import yaml

from graph_api.search import (
    Document,
    Index,
    Kind,
    build,
    did_you_mean,
    load,
    match,
    more_like,
    parse,
    save,
    suggest,
)
from graph_api.search.tokens import tokens
from tests.corpora import corpus

ARTICLES, SEED, QUERIES, PAGE = 100_000, 14, 400, 20
Texts: TypeAlias = list[tuple[str, str, str]]  # title, excerpt, body


def corpus_texts() -> Texts:
    """Title, excerpt and body of each article of the dev corpus."""
    found: Texts = []
    for path in sorted(corpus("azure-dev").rglob("*.md")):
        parts = path.read_text().split("---\n", 2)
        head, body = parts[1:] if len(parts) == 3 else ("", "")
        fields = yaml.load(head, yaml.CSafeLoader) or {}
        if "title" in fields:
            found.append((str(fields["title"]), str(fields.get("excerpt") or ""), body))
    return found


def made_texts(texts: Texts, count: int, body_words: int = 0) -> Iterator[tuple[str, str, str]]:
    """*count* articles made of the words of *texts*."""
    dice = random.Random(SEED)
    follows: defaultdict[str, list[str]] = defaultdict(list)
    for title, excerpt, _ in texts:
        words = f"{title} {excerpt}".split()
        for one, other in pairwise(words):
            follows[one].append(other)
    starts = [title.split()[0] for title, _, _ in texts if title.split()]

    def chain(size: int) -> str:
        word, made = dice.choice(starts), []
        for _ in range(size):
            new = "".join(dice.choice("bcdfgklmnprst") + dice.choice("aeiou") for _ in range(2))
            made.append(f"{word}{new}" if dice.random() < 0.02 else word)
            word = dice.choice(follows.get(word) or starts)
        return " ".join(made)

    for _ in range(count):
        title, excerpt, _ = dice.choice(texts)
        yield chain(len(title.split())), chain(len(excerpt.split())), chain(body_words)


def documents(texts: Texts) -> list[Document]:
    """The texts as articles with keys as the store has them: anywhere in 63 bits."""
    dice = random.Random(SEED)
    return [Document(dice.randrange(1, 2**63), Kind.ARTICLE, *text) for text in texts]


def cases(texts: Texts) -> dict[str, list[str]]:
    """Queries of each kind."""
    dice = random.Random(SEED + 1)
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    while len(kinds["article"]) < QUERIES:
        title, excerpt, _ = dice.choice(texts)
        words = tokens(f"{title} {excerpt}")
        if len(words) < 8:
            continue
        two, at, long = (
            dice.sample(words, 2),
            dice.randrange(len(words) - 3),
            [w for w in words if len(w) > 4],
        )
        if not long:
            continue
        kinds["words"].append(" ".join(two))
        kinds["three words"].append(" ".join(dice.sample(words, 3)))
        kinds["prefix"].append(dice.choice(words)[: dice.choice((2, 3, 4))] + "*")
        kinds["exclusion"].append(f"{two[0]} -{two[1]}")
        kinds["phrase"].append('"' + " ".join(words[at : at + dice.choice((2, 3))]) + '"')
        kinds["article"].append(f"{title} {excerpt}")
        kinds["did you mean"].append(_mistyped(dice.choice(long), dice))
        kinds["suggest"].append(" ".join(tokens(title)[:2])[: dice.choice((1, 2, 3, 5, 8))])
    return dict(kinds)


def _mistyped(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word))
    letter = dice.choice("abcdefghijklmnopqrstuvwxyz")
    return dice.choice(
        (word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :])
    )


def times_ms(run: Callable[[str], object], queries: Sequence[str]) -> tuple[float, float, float]:
    """The median, 99th percentile and maximum over *queries*, for each the best of three runs."""
    taken: list[float] = []
    for query in queries:
        runs: list[float] = []
        for _ in range(3):
            begun = time.perf_counter()
            run(query)
            runs.append((time.perf_counter() - begun) * 1000)
        taken.append(min(runs))
    taken.sort()
    return taken[len(taken) // 2], taken[len(taken) * 99 // 100], taken[-1]


def measure(name: str, texts: Texts, *, queries_of: Texts | None = None) -> None:
    """Prints the figures of one corpus."""
    made = documents(texts)
    size = sum(len(part.encode()) for text in texts for part in text)
    begun = time.perf_counter()
    built = build("bench", made)
    build_s = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        save(built, path)
        bytes_ = path.stat().st_size
        index = load(path, "bench")
        print(f"\n{name}: {len(texts):,} articles, {size:,} bytes of text, {len(index.vocabulary):,} terms")
        print(
            f"build {build_s:.2f} s, {bytes_:,} bytes: {bytes_ / len(texts):.0f} an article, {bytes_ / size:.2f} a byte"
        )
        changed = [*made[1:], made[0]._replace(name="Another title")]
        begun = time.perf_counter()
        build("next", changed, index)
        print(f"build after one change {time.perf_counter() - begun:.2f} s")
        _print_times(index, cases(queries_of or texts))


def _print_times(index: Index, kinds: dict[str, list[str]]) -> None:
    def page(query: str) -> object:
        return match(index, parse(query)).first(PAGE)

    print(f"{'':24}{'p50':>8}{'p99':>8}{'max':>8}")
    for name in ("words", "three words", "prefix", "exclusion", "phrase", "article"):
        _print(name, times_ms(page, kinds[name]))
    _print("phrase, counted", times_ms(lambda query: match(index, parse(query)).count(), kinds["phrase"]))
    _print(
        "more like an article", times_ms(lambda text: more_like(index, text).first(PAGE), kinds["article"])
    )
    _print("did you mean", times_ms(lambda word: did_you_mean(index, parse(word)), kinds["did you mean"]))
    _print("suggest", times_ms(lambda prefix: suggest(index, prefix, 8), kinds["suggest"]))


def _print(name: str, times: tuple[float, float, float]) -> None:
    print(f"{name:24}" + "".join(f"{value:8.2f}" for value in times))


def main() -> None:
    texts = corpus_texts()
    measure("dev corpus", texts)
    measure("made", list(made_texts(texts, ARTICLES)))
    measure("made, with bodies", list(made_texts(texts, ARTICLES // 10, body_words=800)))


if __name__ == "__main__":
    main()
