"""One provider, made from its own files and from how articles name it.

Its file's name wins, else the name most articles use, else the smallest; every other spelling is kept
among the other names. The same goes for images. Hidden articles count only when no other names it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from graph_api.ingest import payloads, problems
from graph_api.ingest.said import problem_rows
from graph_api.records import NodeKey, provider_id
from graph_api.store.writer_rows import Naming, ProviderRow, Row, Saying

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
    return [_row(key, domain, own, named), *problem_rows(key, tuple(found), None)]


def _row(key: NodeKey, domain: str, sayings: Sequence[Saying], namings: Sequence[Naming]) -> ProviderRow:
    documents = [payloads.provider(saying.payload) for saying in sayings]
    winner = documents[0] if documents else None
    shown = [naming for naming in namings if naming.shown]
    names = _counted(
        [(naming.name, naming.shown) for naming in shown] or [(one.name, one.uses) for one in namings]
    )
    name = winner.name if winner is not None else most_used(names)
    said = {other for document in documents for other in (document.name, *document.other_names)}
    images = payloads.of_images(winner.images) if winner is not None else _NO_IMAGES
    return ProviderRow(
        key=key,
        id=provider_id(domain),
        domain=domain,
        name=name,
        other_names=_others(name, said, namings),
        shown_names=_others(name, said, shown),
        description=None if winner is None else winner.description,
        images=_images(shown or namings) if images == _NO_IMAGES else images,
        extra=None if winner is None else winner.extra,
        hidden=winner is None and not shown,
        domain_folded=domain.casefold(),
        name_folded=name.casefold(),
    )


def _others(name: str, said: set[str], namings: Sequence[Naming]) -> str:
    return payloads.of_texts(sorted((said | {naming.name for naming in namings}) - {name}))


def _images(namings: Sequence[Naming]) -> str:
    """The images most articles show."""
    shown = [(one.images, one.shown or one.uses) for one in namings if one.images != _NO_IMAGES]
    return most_used(_counted(shown)) if shown else _NO_IMAGES


def most_used(uses: Counter[str]) -> str:
    """The text with the highest count, of several the smallest."""
    return min(uses, key=lambda text: (-uses[text], text))


def _counted(uses: Sequence[tuple[str, int]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for text, number in uses:
        counted[text] += number
    return counted
