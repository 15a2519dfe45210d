"""The topics of a generated corpus, and the data files of topics and organizations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph_api.cli.generator.publishers import SITE, Publisher
from graph_api.cli.generator.wording import slug


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedTopic:
    """A topic; *weight* says how often it occurs beside the root, compared with the others."""

    name: str
    weight: int
    keywords: tuple[str, ...]

    @property
    def slug(self) -> str:
        """The topic's `_id`, and the last part of its file's name."""
        return slug(self.name)


def _topic(name: str, weight: int, keywords: str) -> GeneratedTopic:
    return GeneratedTopic(name=name, weight=weight, keywords=tuple(keywords.split(", ")))


ROOT = _topic("Lattice", 0, "lattice, cloud")
TOPICS = (
    _topic("Databases", 172, "database, query, index, column store"),
    _topic("AI", 108, "model, training, prediction, speech"),
    _topic("Analytics", 107, "analytics, dashboard, forecast"),
    _topic("Storage", 102, "storage, backup, archive"),
    _topic("Security", 92, "security, firewall, fraud"),
    _topic("IoT", 91, "sensor, edge, fleet"),
    _topic("Migration", 73, "migration, move, upgrade"),
    _topic("Compute", 70, "compute, cluster, scheduler"),
    _topic("Containers", 70, "container, registry, service mesh"),
    _topic("DevOps", 64, "pipeline, release, build"),
    _topic("Management tools", 64, "monitoring, cost, policy"),
    _topic("Integration", 58, "integration, broker, workflow"),
    _topic("Networking", 46, "network, balance, satellite"),
    _topic("Developer tools", 38, "compiler, portal, notebook"),
    _topic("Identity", 33, "identity, sign-in, privacy"),
    _topic("Serverless", 25, "serverless, function, event"),
    _topic("Web", 24, "web, browser, page"),
    _topic("Mobile", 17, "mobile, phone, app"),
    _topic("Blockchain", 9, "ledger, contract, token"),
)


def topic_file(place: int, topic: GeneratedTopic) -> tuple[str, str]:
    """(path, text) of a topic's file; the path is relative to the corpus, *place* leads its name."""
    return f"_data/topics/{place:02}-{topic.slug}.yaml", "\n".join([*_topic_lines(topic), ""])


def organization_file(publisher: Publisher) -> tuple[str, str]:
    """(path, text) of a publisher's file; the path is relative to the corpus."""
    lines = ["---", "taxonomy: organization", f"_id: {publisher.domain}", f"name: {publisher.name}"]
    lines += [f"domain: {publisher.domain}", "images:"]
    for side in (50, 400):
        lines += [f"  - url: {publisher.logo('', side)}", f"    width: {side}", f"    height: {side}"]
    return f"_data/organizations/{publisher.domain}.md", "\n".join([*lines, "---", ""])


def _topic_lines(topic: GeneratedTopic) -> Iterator[str]:
    yield from ("taxonomy: topic", f"_id: {topic.slug}", f"name: {topic.name}")
    if topic is not ROOT:
        yield from (f"shortname: {topic.name}", f"parent: {ROOT.name}")
    yield from ("keywords:", *(f"  - {keyword}" for keyword in topic.keywords))
    yield from ("hashtags:", f'  - "#{topic.name.replace(" ", "")}"')
    yield from ("images:", f"  - {SITE}/assets/images/topics/{topic.slug}.jpg", "services:")
    place = "" if topic is ROOT else f"{topic.slug}/"
    yield f"  news: {SITE}/api/news/{place}"
