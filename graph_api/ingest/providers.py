"""One provider, made from its own files and from how articles name it.

Its file's name wins, else the name most articles use, else the smallest; the other spellings are kept among
the other names, as many as an answer should hold. The same goes for images. Hidden articles count only when no
other names it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from graph_api.documents.document import ProviderDocument
from graph_api.documents.limits import MAX_ITEMS, MAX_TEXT
from graph_api.ingest import document_json, problems
from graph_api.ingest.file_rows import problem_rows
from graph_api.records import NodeKey, provider_id
from graph_api.store.sqlite.writer_rows import Naming, ProviderRow, Row, Saying

_NO_IMAGES = "[]"


def provider_rows(key: NodeKey, sayings: Sequence[Saying], namings: Sequence[Naming]) -> list[Row]:
    """The rows of a provider; *sayings* come with the winner first. None when nothing mentions it."""
    domains = {saying.identity for saying in sayings} | {naming.domain for naming in namings}
    if not domains:
        return []
    domain = min(domains)
    own = [saying for saying in sayings if saying.identity == domain]
    found = [problems.duplicate(saying.path, own[0].path, "provider") for saying in own[1:]]
    path = own[0].path if own else ""
    found += [problems.key_collision(path, other, domain) for other in sorted(domains - {domain})]
    named = [naming for naming in namings if naming.domain == domain]
    names = _names([document_json.provider(saying.payload) for saying in own], named)
    if names.left_out:
        found.append(problems.many_names(path, domain, names.hidden_article))
    return [_row(key, domain, own, named, names), *problem_rows(key, tuple(found), None)]


def _row(
    key: NodeKey, domain: str, sayings: Sequence[Saying], namings: Sequence[Naming], names: _Names
) -> ProviderRow:
    winner = document_json.provider(sayings[0].payload) if sayings else None
    shown = [naming for naming in namings if naming.shown]
    images = document_json.of_images(winner.images) if winner is not None else _NO_IMAGES
    return ProviderRow(
        key=key,
        id=provider_id(domain),
        domain=domain,
        name=names.name,
        other_names=document_json.of_texts(names.others),
        shown_names=document_json.of_texts(names.shown),
        description=None if winner is None else winner.description,
        images=_images(shown or namings) if images == _NO_IMAGES else images,
        extra=None if winner is None else winner.extra,
        hidden=winner is None and not shown,
        domain_folded=domain.casefold(),
        name_folded=names.name.casefold(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The names of a provider, and whether some are left out; with a hidden article if only hidden ones lose some."""

    name: str
    others: Sequence[str]
    shown: Sequence[str]
    left_out: bool
    hidden_article: NodeKey | None


def _names(documents: Sequence[ProviderDocument], namings: Sequence[Naming]) -> _Names:
    uses = _counted((naming.name, naming.uses) for naming in namings)
    shown = _counted((naming.name, naming.shown) for naming in namings if naming.shown)
    name = documents[0].name if documents else most_used(shown or uses)
    said = [other for document in documents for other in (document.name, *document.other_names)]
    others, shown_others = _others(name, said, uses), _others(name, said, shown)
    kept, kept_shown = _first(others), _first(shown_others)
    hides = len(kept_shown) == len(shown_others)
    hidden = (naming.hidden_article for naming in namings if naming.hidden_article is not None)
    return _Names(
        name=name,
        others=sorted(kept),
        shown=sorted(kept_shown),
        left_out=len(kept) < len(others),
        hidden_article=min(hidden, default=None) if hides else None,
    )


def _others(name: str, said: Iterable[str], uses: Counter[str]) -> list[str]:
    """All names but *name*, each once: those that files say, then the most used."""
    used = sorted(uses, key=lambda text: (-uses[text], text))
    return [other for other in dict.fromkeys([*said, *used]) if other != name]


def _first(names: Sequence[str]) -> list[str]:
    """As many of the first names as an answer should hold."""
    lengths = accumulate(map(len, names[:MAX_ITEMS]))
    return [name for name, length in zip(names, lengths, strict=False) if length <= MAX_TEXT]


def _images(namings: Sequence[Naming]) -> str:
    """The images most articles show."""
    shown = [(one.images, one.shown or one.uses) for one in namings if one.images != _NO_IMAGES]
    return most_used(_counted(shown)) if shown else _NO_IMAGES


def most_used(uses: Counter[str]) -> str:
    """The text with the highest count, of several the smallest."""
    return min(uses, key=lambda text: (-uses[text], text))


def _counted(uses: Iterable[tuple[str, int]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for text, number in uses:
        counted[text] += number
    return counted
