"""`graph-api heat`: shows where heat and published differ from the editors' rule.

An article leads its story when its quality is the highest; of equals the one that the files mark as lead, else the
earliest. Each file is an article here, also one of two with the same URL: editors keep both, and one of them leads.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from graph_api.cli.options import option, paths
from graph_api.cli.patch import changed, line_of, unified
from graph_api.cli.program import PROBLEMS
from graph_api.cli.terminal import counted, printable, progress
from graph_api.documents.document import ArticleDocument
from graph_api.documents.front_matter import split
from graph_api.documents.site import Identity
from graph_api.documents.values import is_list
from graph_api.errors import SourceError
from graph_api.graph.adjacency import Indexes
from graph_api.graph.stories import blocks, leads
from graph_api.ingest.sources import sources

WEIGHT = 20
ALONE, WITH_RELATED = 70, 50  # the least quality at which a lead is published
NOT_LEADING = -1  # the heat of an article that another one leads


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the file of an article says; *related* are the URLs of other articles, each once."""

    path: Path
    url: str
    quality: int | None
    heat: int | None
    published: bool | None
    date: float
    is_removed: bool
    related: tuple[str, ...]

    def list_length(self) -> int:
        """The number of entries of `related` as written, also of repeated ones and of the article itself."""
        mapping = split(self.path.read_text(encoding="utf-8-sig")).mapping or {}
        related = mapping.get("related")
        return len(related) if is_list(related) else 0

    @property
    def is_marked(self) -> bool:
        """Whether the file says that the article leads its story."""
        return bool(self.published) or self.heat not in (None, NOT_LEADING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A file whose heat or published is not what the rule gives."""

    entry: Entry
    heat: int
    published: bool
    reason: str

    @property
    def values(self) -> dict[str, str]:
        """The right values of the keys that differ, as YAML."""
        found = dict[str, str]()
        if self.entry.heat != self.heat:
            found["heat"] = str(self.heat)
        if self.entry.published is not self.published:
            found["published"] = "true" if self.published else "false"
        return found


@click.command(
    epilog="""
A story is a set of articles that list each other. Its lead is the article of the highest quality. A lead is
published when its quality is at least 50, or 70 when its list of related articles is empty. Heat is the quality,
plus the weight for each entry of that list when the article is published; it is -1 for articles that do not lead.

Files without quality and removed articles are not compared. Nothing is written. Exit code 1 when a file differs.
Apply the patch in the current folder with patch -p1; for folders outside of it with patch -p1 -d /.

\b
Examples:
  graph-api heat articles/
  graph-api heat articles/ --weight 10
  graph-api heat articles/ --diff | patch -p1
"""
)
@paths(required=True)
@option(
    "--weight",
    "Heat that each related article adds. By default the one that most published files agree with,"
    f" {WEIGHT} when there are none.",
    type=click.IntRange(0, 1_000_000),
    metavar="N",
)
@option("--diff", "Print a patch of the front matter instead of a list.", is_flag=True)
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], weight: int | None, diff: bool) -> None:
    """Show where heat and published differ from the editors' rule."""
    entries, unread = _read(paths)
    agreed, votes = _agreed_weight(entries)
    used = agreed if weight is None else weight
    found = list(differences(entries, used))
    for difference in found:
        if diff:
            _print_patch(difference)
        else:
            click.echo(_line(difference))
    compared = sum(entry.quality is not None and not entry.is_removed for entry in entries)
    source = "" if weight is not None else f" ({_agreement(votes)})"
    click.echo(
        f"{counted(len(found), 'difference')} in {counted(compared, 'file')}; weight {used}{source}", err=diff
    )
    if unread:
        click.echo(f"{counted(unread, 'file')} with errors left out; graph-api check shows them", err=True)
    if found:
        ctx.exit(PROBLEMS)


def _agreement(votes: int) -> str:
    if not votes:
        return "by default"
    return f"{counted(votes, 'published file')} {'says' if votes == 1 else 'say'} so"


# -- files -------------------------------------------------------------------------------------------------


def _read(paths: Sequence[Path]) -> tuple[list[Entry], int]:
    """The articles of the folders, and the number of files that cannot be read."""
    entries, unread, done = list[Entry](), 0, 0
    given = {str(path.resolve()): path for path in reversed(paths)}
    sites = [(folder, folder.site(None)) for folder in sources(paths)]
    total = sum(folder.count(site) for folder, site in sites)
    with progress("reading", "files") as advanced:
        for folder, site in sites:
            if site.identity is Identity.BY_PATH:
                raise SourceError(
                    f"{folder.folder}: its articles have no webUrl or originalUrl; the rule needs them"
                    " to know which articles list each other"
                )
            for file in folder.files(site):
                advanced(done := done + 1, total)
                found = file.parsed()
                unread += found.document is None and found.left_out is None
                if isinstance(found.document, ArticleDocument):
                    entries.append(_entry(given[folder.folder] / file.path, found.document))
    return entries, unread


def _entry(path: Path, document: ArticleDocument) -> Entry:
    date = document.published_date_time
    return Entry(
        path=path,
        url=document.url,
        quality=document.quality,
        heat=document.heat,
        published=document.published,
        date=float("inf") if date is None else date.timestamp(),
        is_removed=document.removed,
        related=tuple(item.url for item in document.related),
    )


# -- the rule ----------------------------------------------------------------------------------------------


def differences(entries: Sequence[Entry], weight: int) -> Iterator[Difference]:
    """The files that differ from the rule, in the order of their paths."""
    led_by = _leads(entries)
    for number, entry in enumerate(entries):
        if entry.quality is None or entry.is_removed:
            continue
        lead = led_by.get(number, number)
        if lead == number:
            length = entry.list_length()
            published = entry.quality >= (WITH_RELATED if length else ALONE)
            heat = entry.quality + weight * length * published
            reason = f"leads; quality {entry.quality}, {length:,} related"
        else:
            heat, published = NOT_LEADING, False
            better = entries[lead]
            reason = f"quality {entry.quality}; the lead is {better.path.name} with {better.quality}"
        if (heat, published) != (entry.heat, entry.published):
            yield Difference(entry=entry, heat=heat, published=published, reason=reason)


def _agreed_weight(entries: Iterable[Entry]) -> tuple[int, int]:
    """The weight that most published files with related articles agree with, and how many they are."""
    votes = Counter[int]()
    for entry in entries:
        if entry.published and entry.heat is not None and entry.quality is not None:
            length, added = entry.list_length(), entry.heat - entry.quality
            if length and added > 0 and added % length == 0:
                votes[added // length] += 1
    return max(votes.items(), key=lambda vote: (vote[1], vote[0]), default=(WEIGHT, 0))


def _leads(entries: Sequence[Entry]) -> dict[int, int]:
    """For each article of a story, by number, the article that leads it: itself where it leads any of its stories."""
    sources, targets = _edges(entries)
    none = np.zeros(0, dtype=np.int64)
    groups = blocks((sources, targets), (none, none), len(entries))
    places = np.empty(len(entries), dtype=np.int64)
    places[sorted(range(len(entries)), key=lambda number: _merit(entries[number]))] = np.arange(len(entries))
    found: dict[int, int] = {}
    for story, lead in enumerate(leads(groups, places).tolist()):
        if lead >= 0:
            for member in groups.members[groups.starts[story] : groups.starts[story + 1]].tolist():
                found.setdefault(member, lead)
            found[lead] = lead
    return found


def _merit(entry: Entry) -> tuple[float, bool, float, Path]:
    """The best article is the first: by quality, then those that are marked as leads, then the earliest."""
    quality = float("-inf") if entry.quality is None else entry.quality
    return -quality, not entry.is_marked, entry.date, entry.path


def _edges(entries: Sequence[Entry]) -> tuple[Indexes, Indexes]:
    """Who lists whom. Files with one URL list each other, since they are the same article."""
    files: Mapping[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(entries):
        files[entry.url].append(number)
    edges = [
        (number, other)
        for number, entry in enumerate(entries)
        for url in (*entry.related, entry.url)
        for other in files.get(url, ())
        if other != number
    ]
    both = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


# -- output ------------------------------------------------------------------------------------------------


def _line(difference: Difference) -> str:
    """`a.md:11 heat 98 -> 97 (leads, quality 97, 0 related)`."""
    entry, values = difference.entry, difference.values
    old = {"heat": entry.heat, "published": entry.published}
    changes = ", ".join(f"{key} {_shown(old[key])} -> {value}" for key, value in values.items())
    line = line_of(entry.path.read_bytes().splitlines(), next(iter(values)))
    place = str(entry.path) if line is None else f"{entry.path}:{line + 1}"
    return printable(f"{place} {changes} ({difference.reason})")


def _shown(value: int | bool | None) -> str:
    return "missing" if value is None else str(value).lower()


def _print_patch(difference: Difference) -> None:
    path = difference.entry.path
    old = path.read_bytes()
    new = changed(old, difference.values, after="quality")
    patch = None if new is None else unified(path, old, new)
    if patch is None:
        click.echo(f"{printable(str(path))}: cannot be patched line by line; {_line(difference)}", err=True)
    else:
        click.echo(patch, nl=False)
