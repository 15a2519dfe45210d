"""Generated corpora look like the public ones, and the same seed writes the same bytes."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

import frontmatter
import networkx as nx
import pytest
import yaml
from hypothesis import given, strategies as st

from graph_api.cli import generator
from graph_api.cli.generator import GeneratedArticle, GeneratedSummary
from graph_api.cli.generator.article import quoted
from graph_api.cli.generator.dice import Dice
from graph_api.cli.generator.stories import days as story_days, mates
from graph_api.errors import UsageError

N = 5_000
Stories = list[list[GeneratedArticle]]


@pytest.fixture(scope="module")
def corpus() -> list[GeneratedArticle]:
    return list(generator.articles(N, seed=7))


@pytest.fixture(scope="module")
def stories(corpus: list[GeneratedArticle]) -> Stories:
    return stories_of(corpus)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of 300 articles on disk."""
    path = tmp_path_factory.mktemp("generated") / "corpus"
    generator.write(300, path, seed=3)
    return path


def stories_of(articles: Sequence[GeneratedArticle]) -> Stories:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(article.summary.number for article in articles)
    graph.add_edges_from((a.summary.number, mate.number) for a in articles for mate in a.related)
    by_number = {article.summary.number: article for article in articles}
    return [[by_number[number] for number in sorted(part)] for part in nx.connected_components(graph)]


def digest(folder: Path) -> str:
    """One SHA-256 of all paths and bytes below *folder*."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def share(facts: Iterable[bool]) -> float:
    return mean(map(float, facts))


def percentiles(values: Iterable[float], *percents: int) -> list[float]:
    ordered = sorted(values)
    return [ordered[len(ordered) * percent // 100] for percent in percents]


def span_in_days(story: list[GeneratedArticle]) -> float:
    moments = [article.summary.published_date_time for article in story]
    return (max(moments) - min(moments)).total_seconds() / 86_400


def single_provider(story: list[GeneratedArticle]) -> bool:
    return len({article.summary.provider.domain for article in story}) == 1


def rank(summary: GeneratedSummary) -> tuple[int, datetime]:
    return -summary.quality, summary.published_date_time


def parsed(path: Path) -> dict[str, Any]:  # Any: front matter is whatever YAML says
    metadata: dict[str, Any] = frontmatter.load(str(path)).metadata
    return metadata


# --- the same and not the same ---


def test_the_same_seed_writes_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    """A deliberate change of the output changes this digest; earlier benchmarks are then not comparable."""
    generator.write(60, tmp_path / "a", seed=1)
    assert digest(tmp_path / "a") == "c920689c87b01a69d8aa69ba00b39967acb4bb948450d1e63059d571f9bdc49f"


def test_the_hash_seed_of_a_process_changes_nothing(tmp_path: Path) -> None:
    code = "import sys, pathlib; from graph_api.cli import generator as g; g.write(200, pathlib.Path(sys.argv[1]))"
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / hash_seed)], env=environment, check=True)
    assert digest(tmp_path / "1") == digest(tmp_path / "2")


def test_another_seed_is_another_corpus() -> None:
    titles = [{a.summary.title for a in generator.articles(100, seed)} for seed in (1, -1, 2)]
    assert not titles[0] & titles[1]
    assert not titles[0] & titles[2]


def test_max_related_changes_relations_and_nothing_else() -> None:
    full, ringed = generator.articles(500, 5), generator.articles(500, 5, max_related=4)
    for one, other in zip(full, ringed, strict=True):
        assert (one.path, one.topics, one.secured) == (other.path, other.topics, other.secured)
        assert (one.summary.title, one.summary.quality) == (other.summary.title, other.summary.quality)


# --- what an article is ---


def test_paths_and_urls_are_unique(corpus: list[GeneratedArticle]) -> None:
    assert len({article.path for article in corpus}) == N
    assert len({article.summary.web_url for article in corpus}) == N


def test_some_slugs_and_titles_repeat(corpus: list[GeneratedArticle]) -> None:
    slugs = {article.path.removeprefix("_news/")[11:] for article in corpus}
    assert 0.02 < 1 - len(slugs) / N < 0.06
    assert 0.02 < 1 - len({article.summary.title for article in corpus}) / N < 0.06


def test_related_lists_are_by_quality_then_date_without_self_and_repeats(
    corpus: list[GeneratedArticle],
) -> None:
    for article in corpus:
        assert list(article.related) == sorted(article.related, key=rank)
        numbers = [summary.number for summary in article.related]
        assert len({*numbers, article.summary.number}) == len(numbers) + 1


def test_heat_and_published_follow_the_rule(corpus: list[GeneratedArticle]) -> None:
    for article in corpus:
        if article.heat == -1:
            assert not article.published
            continue
        quality, count = article.summary.quality, len(article.related)
        assert article.published == (quality >= (50 if count else 70))
        assert article.heat == quality + (20 * count if article.published else 0)


def test_a_story_of_one_clique_has_one_lead_of_the_highest_quality(stories: Stories) -> None:
    for story in stories:
        leads = [article for article in story if article.heat != -1]
        if all(len(article.related) == len(story) - 1 for article in story):
            assert leads == [min(story, key=lambda article: (*rank(article.summary), article.summary.number))]
        else:
            assert 1 <= len(leads) <= 3


@given(count=st.integers(1, 120), seed=st.integers(), most=st.none() | st.integers(0, 12))
def test_relations_are_mutual_and_within_the_limit(count: int, seed: int, most: int | None) -> None:
    articles = list(generator.articles(count, seed, most))
    edges = {(a.summary.number, mate.number) for a in articles for mate in a.related}
    assert len(articles) == count
    assert all((there, here) in edges for here, there in edges)
    assert most is None or max(len(article.related) for article in articles) <= most


@given(size=st.integers(2, 60), most=st.integers(1, 60))
def test_a_ring_fills_every_list_but_one(size: int, most: int) -> None:
    lists = [mates(place, [range(size)], size, most) for place in range(size)]
    wanted = min(most, size - 1)
    assert sorted(map(len, lists))[1:] == [wanted] * (size - 1)
    assert len(lists[0] | lists[-1]) >= 1
    assert all(place in lists[mate] for place in range(size) for mate in lists[place])


# --- statistics: the figures are those of the public sites ---


def test_story_sizes(stories: Stories) -> None:
    sizes = [len(story) for story in stories]
    related = [size for size in sizes if size > 1]
    assert share(size == 1 for size in sizes) == pytest.approx(0.597, abs=0.02)
    assert max(sizes) <= 260
    assert share(size == 2 for size in related) == pytest.approx(0.396, abs=0.02)
    assert share(size >= 10 for size in related) == pytest.approx(0.144, abs=0.02)


def test_about_one_percent_of_stories_are_overlapping_cliques(stories: Stories) -> None:
    related = [story for story in stories if len(story) > 1]
    overlapping = [s for s in related if any(len(article.related) < len(s) - 1 for article in s)]
    assert share(story in overlapping for story in related) == pytest.approx(0.01, abs=0.007)
    for story in overlapping:
        graph = nx.Graph((a.summary.number, mate.number) for a in story for mate in a.related)
        assert 2 <= len(list(nx.find_cliques(graph))) <= 3


def test_relations_an_article(corpus: list[GeneratedArticle]) -> None:
    degrees = [len(article.related) for article in corpus]
    assert mean(degrees) == pytest.approx(32, abs=6)
    assert median(degrees) == pytest.approx(14, abs=6)
    assert max(degrees) <= 200


@pytest.mark.parametrize(("size", "percent", "days"), [(2, 50, 6), (2, 90, 173), (60, 50, 470)])
def test_time_spans(size: int, percent: int, days: float) -> None:
    """Of many draws: a corpus of this size has but a dozen stories over 50, too few for their median."""
    dice = Dice("spans")
    drawn = [story_days(dice, size, calendar_days=600) for _ in range(4_000)]
    assert percentiles((max(story) - min(story) for story in drawn), percent)[0] == pytest.approx(
        days, rel=0.15
    )


def test_pairs_appear_within_days_mostly_and_within_months_always(stories: Stories) -> None:
    pairs = [span_in_days(story) for story in stories if len(story) == 2]
    assert share(span < 6 for span in pairs) == pytest.approx(0.5, abs=0.1)
    assert max(pairs) <= 360


def test_articles_a_month(corpus: list[GeneratedArticle]) -> None:
    months = Counter(f"{article.summary.published_date_time:%Y-%m}" for article in corpus)
    assert median(months.values()) == pytest.approx(250, abs=40)
    assert max(article.summary.published_date_time for article in corpus).year == 2021


def test_a_huge_corpus_starts_within_forty_years() -> None:
    first = next(generator.articles(1_000_000))
    assert 1981 <= first.summary.published_date_time.year <= 2021


def test_one_provider_leads_and_the_others_are_zipf_with_a_long_tail(corpus: list[GeneratedArticle]) -> None:
    counts = [n for _, n in Counter(a.summary.provider.domain for a in corpus).most_common()]
    others = counts[1:]
    assert counts[0] / N == pytest.approx(0.43, abs=0.04)
    assert share(count == 1 for count in counts) == pytest.approx(0.43, abs=0.06)
    assert zipf_exponent(others) == pytest.approx(1.02, abs=0.12)


def zipf_exponent(counts: Sequence[int]) -> float:
    """The negated slope of a line through log count over log rank."""
    logs = [(math.log(place), math.log(count)) for place, count in enumerate(counts, start=1)]
    middle, level = mean(x for x, _ in logs), mean(y for _, y in logs)
    return -sum((x - middle) * (y - level) for x, y in logs) / sum((x - middle) ** 2 for x, _ in logs)


def test_stories_of_a_single_provider(stories: Stories) -> None:
    pairs = share(single_provider(story) for story in stories if len(story) == 2)
    large = share(single_provider(story) for story in stories if len(story) >= 16)
    assert pairs == pytest.approx(0.71, abs=0.08)
    assert large == pytest.approx(0.27, abs=0.15)


def test_topics_start_with_the_root(corpus: list[GeneratedArticle]) -> None:
    assert {article.topics[0] for article in corpus} == {"Lattice"}
    assert all(len(set(article.topics)) == len(article.topics) for article in corpus)
    shares = [share(len(article.topics) == 1 + extra for article in corpus) for extra in range(4)]
    assert shares == pytest.approx([0.716, 0.230, 0.044, 0.010], abs=0.02)


def test_quality_percentiles(corpus: list[GeneratedArticle]) -> None:
    found = percentiles((article.summary.quality for article in corpus), 5, 25, 50, 75, 95, 99)
    assert found == pytest.approx([5, 28, 52, 76, 98, 114], abs=5, rel=0.12)


def test_images_amp_and_original_urls(corpus: list[GeneratedArticle]) -> None:
    images = [share(len(article.summary.images) == count for article in corpus) for count in range(3)]
    assert images == pytest.approx([0.465, 0.531, 0.004], abs=0.02)
    assert share(a.summary.amp_web_url is not None for a in corpus) == pytest.approx(0.21, abs=0.04)
    assert share(a.original_url is not None for a in corpus) == pytest.approx(0.64, abs=0.02)
    assert all((a.summary.amp_web_url is None) == (a.summary.cdn_amp_web_url is None) for a in corpus)


def test_text_lengths(corpus: list[GeneratedArticle]) -> None:
    titles = [len(article.summary.title) for article in corpus]
    assert min(titles) >= 15
    assert max(titles) <= 180
    assert median(titles) == pytest.approx(70, abs=4)
    excerpts = percentiles((len(article.summary.excerpt) for article in corpus), 2, 50, 95, 99)
    assert excerpts[:3] == pytest.approx([0, 190, 306], abs=15)
    assert excerpts[3] <= 480


# --- files ---

EMBEDDED_KEYS = ["title", "excerpt", "publishedDateTime", "webUrl", "ampWebUrl", "cdnAmpWebUrl", "type"]
EMBEDDED_KEYS += ["provider", "quality", "images"]
KEYS = ["category", *EMBEDDED_KEYS[:3], "originalUrl", *EMBEDDED_KEYS[3:7], "quality", "heat", "published"]
KEYS += ["provider", "topics", "images", "related", "secured"]


def test_every_file_parses_with_keys_in_the_order_of_real_ones(folder: Path) -> None:
    for path in (folder / "_news").iterdir():
        found = parsed(path)
        assert list(found) == [key for key in KEYS if key in found]
        for item in found.get("related", ()):
            assert list(item) == [key for key in EMBEDDED_KEYS if key in item]


def test_embedded_copies_equal_their_files_but_for_image_titles(folder: Path) -> None:
    files = {found["webUrl"]: found for found in map(parsed, (folder / "_news").iterdir())}
    assert len(files) == 300
    items = [item for found in files.values() for item in found.get("related", ())]
    assert len(items) > 300
    for item in items:
        assert item == embedded(files[item["webUrl"]])


def embedded(file: dict[str, Any]) -> dict[str, Any]:
    copy = {key: file[key] for key in EMBEDDED_KEYS if key in file}
    copy["provider"] = {key: file["provider"][key] for key in ("name", "domain")}
    if "images" in file:
        copy["images"] = [{k: v for k, v in image.items() if k != "title"} for image in file["images"]]
    return copy


def test_files_say_what_the_articles_say(folder: Path) -> None:
    for article in generator.articles(300, seed=3):
        found = parsed(folder / article.path)
        summary = article.summary
        said = (found["title"], found["excerpt"], found["publishedDateTime"], found["webUrl"])
        assert said == (summary.title, summary.excerpt, summary.published_date_time, summary.web_url)
        assert (found["heat"], found["published"]) == (article.heat, article.published)
        assert tuple(found["topics"]) == article.topics
        assert len(found.get("related", ())) == len(article.related)


def test_topics_and_organizations_are_described(folder: Path) -> None:
    news = [parsed(path) for path in (folder / "_news").iterdir()]
    topics = [yaml.safe_load(path.read_text()) for path in sorted((folder / "_data/topics").iterdir())]
    assert {topic for found in news for topic in found["topics"]} <= {topic["name"] for topic in topics}
    assert [topic.get("parent") for topic in topics] == [None] + ["Lattice"] * 19
    with_logo = {found["provider"]["domain"] for found in news if "images" in found["provider"]}
    assert {parsed(path)["_id"] for path in (folder / "_data/organizations").iterdir()} == with_logo


def test_write_counts_what_it_wrote(folder: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    counts = generator.write(300, tmp_path, seed=3, progress=lambda done, total: told.append((done, total)))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert counts.bytes == sum(path.stat().st_size for path in files)
    assert counts.articles == len(list((folder / "_news").iterdir())) == 300
    assert counts.related == sum(len(article.related) for article in generator.articles(300, 3))
    assert told == [(done, 300) for done in range(1, 301)]


@given(text=st.text(st.characters(codec="ascii") | st.sampled_from("“é” \N{NO-BREAK SPACE}—")))
def test_quoted_text_is_one_line_and_reads_back(text: str) -> None:
    printable = "".join(
        character for character in text if character.isprintable() or character in "\r\n\t\xa0"
    )
    assert yaml.safe_load(quoted(printable)) == printable
    assert "\n" not in quoted(printable)


# --- refusals ---


def test_a_folder_with_files_is_refused_and_stays_unchanged(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        generator.write(5, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        generator.write(5, tmp_path / "corpus")


@pytest.mark.parametrize(("count", "most"), [(0, None), (-3, None), (5, -1)])
def test_impossible_numbers_are_refused_before_anything_is_written(
    tmp_path: Path, count: int, most: int | None
) -> None:
    with pytest.raises(UsageError):
        generator.write(count, tmp_path / "corpus", max_related=most)
    assert not (tmp_path / "corpus").exists()
