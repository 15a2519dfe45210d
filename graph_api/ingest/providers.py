"""One provider, made of its own files and of the names that articles give it.

The name in its file wins, else the name that most articles use, else the smallest; the other spellings become its
other names, as many as an answer should hold. The same holds for images.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate

from graph_api.documents.document import ProviderDocument
from graph_api.documents.limits import MAX_ITEMS, MAX_TEXT
from graph_api.ingest import document_json, problems
from graph_api.ingest.taxonomy import most_used
from graph_api.records import Image, NodeKey, Provider, provider_id
from graph_api.store.writing import NodeProblems, NodeRecord, ProviderName, Statement


def provider_records(
    key: NodeKey, statements: Sequence[Statement], names: Sequence[ProviderName]
) -> list[NodeRecord]:
    """The records of a provider; *statements* come with the winner first. None when nothing mentions it."""
    domains = {statement.identity for statement in statements} | {name.domain for name in names}
    if not domains:
        return []
    domain = min(domains)
    own = [statement for statement in statements if statement.identity == domain]
    used = [name for name in names if name.domain == domain]
    documents = [document_json.provider(statement.payload) for statement in own]
    path = own[0].path if own else ""
    found = [problems.duplicate(statement.path, path, "provider") for statement in own[1:]]
    found += [problems.key_collision(path, other, domain) for other in sorted(domains - {domain})]
    uses = _uses((name.name, name.uses) for name in used)
    name = documents[0].name if documents else most_used(uses)
    others = _other_names(name, documents, uses)
    kept = _first(others)
    if len(kept) < len(others):
        found.append(problems.many_names(path, domain))
    images = documents[0].images if documents else ()
    provider = Provider(
        key=key,
        id=provider_id(domain),
        domain=domain,
        name=name,
        other_names=tuple(sorted(kept)),
        description=documents[0].description if documents else None,
        images=images or _images(used),
        extra=documents[0].extra if documents else None,
    )
    return [provider, *([NodeProblems(owner=key, problems=found)] if found else [])]


def _other_names(name: str, documents: Sequence[ProviderDocument], uses: Counter[str]) -> list[str]:
    """All names but *name*, each once: those in its files, then the most used."""
    own = [other for document in documents for other in (document.name, *document.other_names)]
    used = sorted(uses, key=lambda text: (-uses[text], text))
    return [other for other in dict.fromkeys([*own, *used]) if other != name]


def _first(names: Sequence[str]) -> list[str]:
    """As many of the first names as an answer should hold."""
    lengths = accumulate(map(len, names[:MAX_ITEMS]))
    return [name for name, length in zip(names, lengths, strict=False) if length <= MAX_TEXT]


def _images(names: Sequence[ProviderName]) -> tuple[Image, ...]:
    """The images that most articles show, of several the smallest as JSON."""
    images = {document_json.of_images(name.images): name.images for name in names if name.images}
    uses = _uses((document_json.of_images(name.images), name.uses) for name in names if name.images)
    return images[most_used(uses)] if uses else ()


def _uses(used: Iterable[tuple[str, int]]) -> Counter[str]:
    uses: Counter[str] = Counter()
    for text, number in used:
        uses[text] += number
    return uses
