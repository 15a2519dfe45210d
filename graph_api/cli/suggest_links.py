"""`graph-api suggest-links`: what an editor may want to change in folders, and the patch that adds relations."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click
import numpy as np

from graph_api.cli.options import option, paths, site_options
from graph_api.cli.patch import unified
from graph_api.cli.program import PROBLEMS
from graph_api.cli.related_lists import Copy, copied_keys, with_copies, with_entries
from graph_api.cli.terminal import counted, printable, progress
from graph_api.documents.by_path.addresses import page, stem
from graph_api.documents.document import ArticleDocument, ParsedFile, Reference, ReferenceForm
from graph_api.documents.files import FileBytes
from graph_api.documents.folder import parsed_file
from graph_api.documents.site import Identity, Site, SiteOptions
from graph_api.ingest import ingest
from graph_api.ingest.links import LinkIndex, Target
from graph_api.ingest.sources import sources
from graph_api.records import Article, NodeKey, article_id, article_key
from graph_api.schema.resolvers.suggestions import Details, Suggestion, detailed
from graph_api.store import at
from graph_api.store.link_suggestions import KINDS, SuggestionKind, Suggestions
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import ArticleRows, LinkSuggestions, SourceRows, Status

_AT_ONCE = 1000
_HEADINGS = {
    SuggestionKind.MISSING_RECIPROCAL: "Missing reciprocal relations",
    SuggestionKind.NEAR_DUPLICATE: "Near-duplicates",
    SuggestionKind.ORPHAN: "Articles without relations",
}
_NAMES = {
    SuggestionKind.MISSING_RECIPROCAL: "missing reciprocal relation",
    SuggestionKind.NEAR_DUPLICATE: "near-duplicate",
    SuggestionKind.ORPHAN: "orphan",
}
_CHOICES = {kind.value.replace("_", "-"): kind for kind in KINDS}


class Shown(NamedTuple):
    """A suggestion with its articles."""

    kind: SuggestionKind
    details: Details
    article: Article
    others: Sequence[Article]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found: the suggestions in order, the files of articles, and the articles of folders where most lists are
    mutual."""

    articles: int
    shown: Sequence[Shown]
    files: Mapping[NodeKey, str]
    mutual: frozenset[NodeKey]

    def edges(self) -> list[tuple[NodeKey, NodeKey]]:
        """The relations to add, each from an article to one that it should list.

        Those of orphans are added both ways where most lists are mutual.
        """
        found = dict[tuple[NodeKey, NodeKey], None]()
        for one in self.shown:
            if one.kind is SuggestionKind.NEAR_DUPLICATE:
                continue
            for other in one.others:
                found[one.article.key, other.key] = None
                if one.kind is SuggestionKind.ORPHAN and {one.article.key, other.key} <= self.mutual:
                    found[other.key, one.article.key] = None
        return list(found)


@click.command(
    epilog="""
Finds articles that do not list one that lists them (only in folders where most listed articles list back),
articles that occur twice (the same title, variants of an address, nearly the same text), and articles without
relations, with the articles that they are most likely related to. Each has a reason and a score from 0 to 1.

Nothing is written. With --diff the command prints a patch that adds the missing relations and the likeliest ones to
the lists in the front matter. Apply it in the current folder with patch -p1; for folders outside of it with
patch -p1 -d /.

\b
Examples:
  graph-api suggest-links articles/
  graph-api suggest-links garden/ --kind orphan
  graph-api suggest-links articles/ --kind missing-reciprocal --diff | patch -p1
"""
)
@paths(required=True)
@site_options()
@option(
    "--kind",
    "Only suggestions of this kind; may be given several times.",
    type=click.Choice(list(_CHOICES)),
    multiple=True,
)
@option("--diff", "Print a patch of the front matter instead of the suggestions.", is_flag=True)
@option("--strict", "Exit with code 1 when there is a suggestion.", is_flag=True)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    site: SiteOptions,
    kind: tuple[str, ...],
    diff: bool,
    strict: bool,
) -> None:
    """Suggest relations, and show articles that occur twice."""
    kinds = [_CHOICES[one] for one in kind] or list(KINDS)
    found = suggested(paths, site, kinds)
    if diff:
        _print_patches(found, _Folders(paths, site))
    else:
        for line in lines(found, paths):
            click.echo(line)
    click.echo(summary(found, kinds), err=diff)
    if strict and found.shown:
        ctx.exit(PROBLEMS)


def lines(found: Found, paths: Sequence[Path]) -> Iterator[str]:
    """The suggestions by kind: a line for each, and for its other articles. Files are named from the current folder."""

    def place(article: Article) -> str:
        name = found.files.get(article.key)
        files = (path / name for path in paths) if name else iter(())
        return str(next((path for path in files if path.exists()), name or article.url))

    for kind in KINDS:
        own = [one for one in found.shown if one.kind is kind]
        if own:
            yield _HEADINGS[kind]
        for one in own:
            yield printable(f"  {place(one.article)} {one.details.score:.2f} {one.details.reason}")
            for other in one.others:
                yield printable(f"    {place(other)} {other.title}")
        if own:
            yield ""


def summary(found: Found, kinds: Iterable[SuggestionKind]) -> str:
    """`2 missing reciprocal relations, 5 near-duplicates, 1 orphan in 3,489 articles`."""
    counts = [
        counted(sum(one.kind is kind for one in found.shown), _NAMES[kind]) for kind in KINDS if kind in kinds
    ]
    return f"{', '.join(counts)} in {counted(found.articles, 'article')}"


# -- suggestions -------------------------------------------------------------------------------------------


def suggested(paths: Sequence[Path], options: SiteOptions, kinds: Iterable[SuggestionKind]) -> Found:
    """The suggestions for these folders, read into a temporary database."""
    with TemporaryDirectory(prefix="graph-api-suggest-") as place:
        database = Path(place) / "suggest.sqlite"
        with progress("reading", "files") as advanced:
            ingest(paths, database, options=options, progress=advanced)
        with at(database).session() as session:
            return session.run(_found(list(kinds)))


def _found(kinds: Sequence[SuggestionKind]) -> Reads[Found]:
    rights = Rights()
    status = yield from ask(Status(rights))
    suggestions = yield from ask(LinkSuggestions(rights))
    ordered = [key for kind in kinds for key in _in_order(suggestions, kind)]
    shown = list[Shown]()
    files = dict[NodeKey, str]()
    for start in range(0, len(ordered), _AT_ONCE):
        parents = [Suggestion(one) for one in suggestions.of(ordered[start : start + _AT_ONCE])]
        details = yield from detailed(parents, rights)
        keys = {NodeKey(parent.found.article) for parent in parents}
        keys |= {key for one in details for key in one.others}
        articles = yield from ask(ArticleRows(tuple(sorted(keys)), rights))
        sources = yield from ask(SourceRows(tuple(sorted(keys)), rights))
        files |= {key: found[0].path for key, found in sources.items()}
        shown += [
            Shown(
                parent.kind,
                one,
                articles[NodeKey(parent.found.article)],
                [articles[key] for key in one.others],
            )
            for parent, one in zip(parents, details, strict=True)
        ]
    mutual = frozenset(map(NodeKey, suggestions.mutual.tolist()))
    return Found(articles=status.articles, shown=shown, files=files, mutual=mutual)


def _in_order(suggestions: Suggestions, kind: SuggestionKind) -> list[int]:
    keys, ranks = suggestions.ranked(kind)
    found: list[int] = keys.take(np.lexsort((keys, -ranks))).tolist()
    return found


# -- patches -----------------------------------------------------------------------------------------------


class _File(NamedTuple):
    """A file of an article: its folder, its path within, what is in it, and its document."""

    folder: _Folder
    path: str
    document: ArticleDocument

    @property
    def data(self) -> bytes:
        return (self.folder.place / self.path).read_bytes()


@dataclass(eq=False)
class _Folder:
    """A source folder: where it is, as it was given, and its articles."""

    place: Path
    name: str
    site: Site
    files: list[_File]

    @cached_property
    def index(self) -> LinkIndex:
        """Its documents by all that names them."""
        targets = (
            Target(_key(file.document), file.path, file.document.url, file.document.addresses, names)
            for file in self.files
            for names in [(file.document.title, *file.document.names)]
        )
        return LinkIndex(targets, self.site.base_url, self.name)

    @cached_property
    def copied(self) -> tuple[str, ...]:
        """The keys of copies in its lists."""
        return copied_keys(file.data for file in self.files if file.document.related)

    @cached_property
    def key(self) -> str:
        """The key under which most of its files list others."""
        counts: dict[str, int] = defaultdict(int)
        for keys in self.spellings.values():
            counts[keys] += 1
        return max(counts, key=lambda key: (counts[key], key), default="related")

    @cached_property
    def spellings(self) -> dict[str, str]:
        """The key under which each file lists others, by path."""
        found: dict[str, str] = {}
        for file in self.files:
            read = _read(file, file.data)
            keys = [key for field, key in read.read_from if field == "related"]
            if keys:
                found[file.path] = keys[0]
        return found

    @cached_property
    def form(self) -> str:
        """How most entries of its lists name a document: as a wikilink, a URL, a file, a path, or a name."""
        counts: dict[str, int] = defaultdict(int)
        for file in self.files:
            if b"[[" in (data := file.data) and file.path in self.spellings:
                counts["wikilink"] += data.partition(self.spellings[file.path].encode())[2][:200].count(b"[[")
            for reference in file.document.references:
                if reference.form is ReferenceForm.LISTED:
                    counts[_form(reference.target)] += 1
        return max(counts, key=lambda form: (counts[form], form), default="path")


def _form(target: str) -> str:
    if target.startswith(("http://", "https://")):
        return "url"
    if target.lower().endswith((".md", ".mdx", ".markdown")):
        return "file"
    return "path" if "/" in target else "name"


class _Folders:
    """The articles of the folders by key, and how their lists are changed."""

    def __init__(self, paths: Sequence[Path], options: SiteOptions) -> None:
        given = {str(path.resolve()): path for path in reversed(paths)}
        self.files: dict[tuple[NodeKey, str], _File] = {}
        self.by_key: dict[NodeKey, _File] = {}
        for source in sources(paths, options):
            site = source.site(None)
            folder = _Folder(given[source.folder], Path(source.folder).name, site, [])
            for read in source.files(site):
                document = read.parsed().document
                if isinstance(document, ArticleDocument):
                    file = _File(folder, read.path, document)
                    folder.files.append(file)
                    self.files[_key(document), read.path] = file
                    self.by_key.setdefault(_key(document), file)

    def changed(self, article: _File, others: Sequence[_File]) -> bytes | None:
        """The file of *article* with *others* in its list; None when that cannot be done line by line."""
        if article.folder.site.identity is Identity.BY_URL:
            copies = [Copy(data=other.data, quality=other.document.quality) for other in others]
            new = with_copies(article.data, copies, article.folder.copied)
        else:
            new = self._with_entries(article, others)
        return new if new is not None and _adds_only(article, new, others) else None

    def _with_entries(self, article: _File, others: Sequence[_File]) -> bytes | None:
        entries = [_entry(article, other) for other in others]
        known = [entry for entry in entries if entry is not None]
        key = article.folder.spellings.get(article.path, article.folder.key)
        return with_entries(article.data, known, key) if len(known) == len(entries) else None


def _key(document: ArticleDocument) -> NodeKey:
    key = article_key(article_id(document.url))
    assert key is not None, "ids of articles have keys"
    return key


def _read(file: _File, data: bytes) -> ParsedFile:
    url = None if file.folder.site.identity is Identity.BY_URL else file.document.url
    text = data.replace(b"\r\n", b"\n")
    return parsed_file(FileBytes(path=file.path, data=text, sha256=""), file.folder.site, url)


def _adds_only(article: _File, new: bytes, others: Sequence[_File]) -> bool:
    """Whether the *new* file says what the old one does, lists *others* too, and has no other problems."""
    before, after = _read(article, article.data), _read(article, new)
    if not isinstance(after.document, ArticleDocument) or len(before.problems) != len(after.problems):
        return False
    wanted = {_key(other.document) for other in others}
    return _listed(article, after.document) == _listed(article, article.document) | wanted


def _listed(article: _File, document: ArticleDocument) -> set[NodeKey]:
    if article.folder.site.identity is Identity.BY_URL:
        return {key for item in document.related if (key := article_key(article_id(item.url))) is not None}
    listed = (one for one in document.references if one.form is ReferenceForm.LISTED)
    found = (article.folder.index.resolve(one, article.path) for one in listed)
    return {target.document for target in found if target is not None}


def _entry(article: _File, other: _File) -> str | None:
    """What names *other* in a list of *article*: the first that leads there, in the form of the folder if possible."""
    if article.folder is not other.folder:
        return None
    for entry in _entries(article, other):
        target = entry[2:-2] if entry.startswith("[[") else entry
        found = article.folder.index.resolve(Reference(ReferenceForm.LISTED, target, 1), article.path)
        if found is not None and found.document == _key(other.document):
            return entry
    return None


def _entries(article: _File, other: _File) -> Iterator[str]:
    name = posixpath.basename(stem(other.path))
    near = posixpath.relpath(other.path, posixpath.dirname(article.path) or ".")
    forms = {
        "wikilink": [f"[[{name}]]", f"[[{other.document.title}]]", f"[[{stem(other.path)}]]"],
        "url": [other.document.url],
        "file": [near, other.path],
        "path": [page(other.path), f"/{page(other.path)}", near],
        "name": [name, other.document.title, page(other.path)],
    }
    own = forms.pop(article.folder.form)
    yield from own
    for others in forms.values():
        yield from others


def _print_patches(found: Found, folders: _Folders) -> None:
    wanted: dict[NodeKey, list[NodeKey]] = defaultdict(list)
    for article, other in found.edges():
        wanted[article].append(other)

    def file(key: NodeKey) -> _File:
        return folders.files.get((key, found.files.get(key, ""))) or folders.by_key[key]

    for article in sorted(wanted, key=lambda key: (str(file(key).folder.place), file(key).path)):
        own = file(article)
        path = own.folder.place / own.path
        new = folders.changed(own, [file(other) for other in wanted[article]])
        patch = None if new is None else unified(path, own.data, new)
        if patch is None:
            others = ", ".join(file(other).path for other in wanted[article])
            click.echo(printable(f"{path}: cannot be patched line by line; add {others}"), err=True)
        else:
            click.echo(patch, nl=False)
