"""`graph-api check`: a linter for articles, and a link checker for their folder.

Files are read one by one, as an ingest reads them. Problems between files (duplicates, unknown topics, lists that lead
nowhere), and the counts of the graph, come from an ingest into a temporary database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import click
import orjson
from click.shell_completion import CompletionItem
from rich.console import Console

from graph_api.cli.options import option, paths, site_options
from graph_api.cli.program import PROBLEMS
from graph_api.cli.report import EXAMPLES, Checked, DeadLink, as_json, as_sarif, lines
from graph_api.cli.terminal import progress
from graph_api.documents import CODES, read_file
from graph_api.documents.document import ArticleDocument, ParsedFile, ReferenceForm
from graph_api.documents.folder import parsed_file, urls
from graph_api.documents.site import Identity, SiteOptions
from graph_api.errors import SourceError, UsageError
from graph_api.ingest import ingest
from graph_api.ingest.links import LinkIndex, Target
from graph_api.ingest.sources import FolderFile, sources
from graph_api.records import ContentStatus, NodeKey, Problem, Severity
from graph_api.store import at
from graph_api.store.lists import AllProblems, Window
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import Lists, ProblemRows, Status

Found: TypeAlias = tuple[Path, Problem]

_PAGE = 1000
_PARENTS = 2  # folders above a single file that decide its kind: `_data/topics/`


def _codes(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    del ctx, parameter
    return [CompletionItem(code) for code in CODES if code.startswith(incomplete.upper())]


@click.command(
    epilog="""
PATHs are folders or single files. Nothing is written. An error (E...) excludes the file from the graph
and sets exit code 1; a warning (W...) sets it with --strict only, and with --links a link that leads nowhere too.

\b
Examples:
  graph-api check articles/
  graph-api check articles/_news/2023-03-15-a-story.md --strict
  graph-api check articles/ --output-format json --exit-zero
  graph-api check garden/ --links
  graph-api check --explain E104
"""
)
@paths(required=False)
@site_options()
@option(
    "--output-format",
    "Text, one JSON object with all counts and problems, or SARIF for code scanning.",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
)
@option("--all", f"Show every problem, not {EXAMPLES} examples of each code.", is_flag=True)
@option("--links", "List the links of bodies that lead nowhere; JSON and SARIF always do.", is_flag=True)
@option("--strict", "Exit with code 1 for warnings too.", is_flag=True)
@option("--exit-zero", "Exit with code 0 in any case.", is_flag=True)
@option(
    "--explain",
    "Explain a code with an example, and exit.",
    metavar="CODE",
    shell_complete=_codes,
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    site: SiteOptions,
    output_format: str,
    all: bool,
    links: bool,
    strict: bool,
    exit_zero: bool,
    explain: str | None,
) -> None:
    """Lint articles: path:line:column, code, message, hint."""
    if explain is not None:
        click.echo(_explained(explain))
        return
    if not paths:
        raise UsageError("name a folder or file to check, or --explain CODE")
    found = checked(paths, site)
    dead_links = found.dead_links if links else ()
    _print(replace(found, dead_links=dead_links) if output_format == "text" else found, output_format, all)
    failed = bool(found.problems or dead_links) if strict else found.count(Severity.ERROR) > 0
    if failed and not exit_zero:
        ctx.exit(PROBLEMS)


def _explained(code: str) -> str:
    known = CODES.get(code.upper())
    if known is None:
        raise UsageError(f"there is no code {code}; the codes are {', '.join(CODES)}")
    return known.explanation.rstrip()


def _print(found: Checked, output_format: str, is_whole: bool) -> None:
    if output_format != "text":
        click.echo(as_json(found) if output_format == "json" else as_sarif(found))
        return
    console = Console(soft_wrap=True, highlight=False)
    for line in lines(found, None if is_whole else EXAMPLES):
        console.print(line)


# -- files -------------------------------------------------------------------------------------------------


def checked(paths: Sequence[Path], options: SiteOptions) -> Checked:
    """What these files and folders hold, and their problems by path, line and column."""
    distinct = list({path.resolve(): path for path in reversed(paths)}.values())[::-1]
    files = {path: _files(path, options) for path in distinct}
    total, done = sum(map(len, files.values())), 0
    parsed_files: dict[Path, list[tuple[Path, ParsedFile]]] = {}
    with progress("checking", "files") as advanced:
        for path, found in files.items():
            parsed_files[path] = []
            for shown, read in found:
                parsed_files[path].append((shown, read()))
                advanced(done := done + 1, total)
    for path, parsed_of_path in parsed_files.items():
        if path.is_dir() and all(parsed.left_out for _, parsed in parsed_of_path):
            raise SourceError(
                f"{path}: holds no documents, only configuration, parts of pages, or empty files"
            )
    return _summed(parsed_files, options)


def _summed(parsed_files: Mapping[Path, Sequence[tuple[Path, ParsedFile]]], options: SiteOptions) -> Checked:
    everything = [one for found in parsed_files.values() for one in found]
    problems = [(shown, problem) for shown, parsed in everything for problem in parsed.problems]
    folders = [
        path
        for path, found in parsed_files.items()
        if path.is_dir() and any(one.document for _, one in found)
    ]
    status, between = _between(folders, options, problems) if folders else (None, [])
    return Checked(
        files=len(everything),
        problems=sorted([*problems, *between], key=_place),
        left_out=Counter(parsed.left_out for _, parsed in everything if parsed.left_out),
        read_from=Counter(origin for _, parsed in everything for origin in parsed.read_from),
        unused=Counter(key for _, parsed in everything for key in _unused(parsed)),
        dead_links=[
            link for folder in folders for link in _dead_links(folder, parsed_files[folder], options)
        ],
        status=status,
    )


def _unused(parsed: ParsedFile) -> Iterable[str]:
    """The keys of a document that is read by path which no field reads."""
    extra = getattr(parsed.document, "extra", None)
    used = {key for _, key in parsed.read_from}
    return (key for key in orjson.loads(extra) if key not in used) if extra and used else ()


def _files(path: Path, options: SiteOptions) -> list[tuple[Path, Callable[[], ParsedFile]]]:
    """The files at *path*: as each is shown, and how to read it."""
    if path.is_file():
        return [(path, partial(_alone, path, options))]
    [folder] = sources([path], options)
    site = folder.site(None)
    found = folder.files(site)
    return [(path / name, partial(_next, reads)) for reads in [iter(found)] for name in folder.names(site)]


def _next(files: Iterator[FolderFile]) -> ParsedFile:
    return next(files).parsed()


def _alone(path: Path, options: SiteOptions) -> ParsedFile:
    """One file, read as the folder that it lies in is read."""
    whole = path.resolve()
    [parent] = sources([whole.parent], options)
    site = parent.site(None)
    above = 0 if site.identity is Identity.BY_PATH else min(_PARENTS, len(whole.parents) - 1)
    folder = whole.parents[above]
    read = read_file(folder, whole.relative_to(folder).as_posix())
    return (
        read
        if isinstance(read, ParsedFile)
        else parsed_file(read, site, urls([read.path], site, lambda _: False).get(read.path))
    )


def _place(found: Found) -> tuple[str, int, int, str]:
    path, problem = found
    return str(path), problem.line or 0, problem.column or 0, problem.code


# -- links -------------------------------------------------------------------------------------------------


def _dead_links(
    folder: Path, parsed_files: Sequence[tuple[Path, ParsedFile]], options: SiteOptions
) -> Iterator[DeadLink]:
    """The links of bodies that lead to no document of the folder, by path and line."""
    [source] = sources([folder], options)
    site = source.site(None)
    documents = [
        (shown, one.path, one.document)
        for shown, one in parsed_files
        if isinstance(one.document, ArticleDocument)
    ]
    if not site.body_links:
        return
    targets = (
        Target(NodeKey(number), path, document.url, document.addresses, (document.title, *document.names))
        for number, (_, path, document) in enumerate(documents)
    )
    index = LinkIndex(targets, site.base_url, Path(source.folder).name)
    for shown, path, document in documents:
        for link in document.references:
            is_dead = index.resolve(link, path) is None and not index.is_external(link)
            if is_dead and link.form is not ReferenceForm.LISTED:
                yield DeadLink(shown, link.line, link.target, index.nearest_title(link.target))


# -- between files -----------------------------------------------------------------------------------------


def _between(
    folders: Sequence[Path], options: SiteOptions, found: Sequence[Found]
) -> tuple[ContentStatus, list[Found]]:
    """The counts of the folders' graph, and the problems that an ingest reports and *found* does not hold."""
    known = Counter(replace(problem, article=None) for _, problem in found)
    between: list[Found] = []
    status, problems = _ingested(folders, options)
    for problem in problems:
        alone = replace(problem, article=None)
        if known[alone]:
            known[alone] -= 1
        else:
            paths = (folder / problem.path for folder in folders)
            between.append((next((path for path in paths if path.exists()), Path(problem.path)), problem))
    return status, between


def _ingested(folders: Sequence[Path], options: SiteOptions) -> tuple[ContentStatus, list[Problem]]:
    with TemporaryDirectory(prefix="graph-api-check-") as place:
        database = Path(place) / "check.sqlite"
        with progress("comparing", "files") as advanced:
            ingest(folders, database, options=options, progress=advanced)
        with at(database).session() as session:
            return session.run(ask(Status(Rights()))), session.run(_all_problems())


def _all_problems() -> Reads[list[Problem]]:
    scope, rights, problems = AllProblems(), Rights(), list[Problem]()
    window: Window | None = Window(_PAGE)
    while window is not None:
        read = Lists(keys=(scope,), rights=rights, window=window)
        part = (yield from ask(read))[scope]
        problems += (yield from ask(ProblemRows(part.keys, rights))).values()
        window = Window(_PAGE, after=part.place(-1)) if part.has_next else None
    return problems
