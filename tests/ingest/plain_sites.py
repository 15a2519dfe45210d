"""The made-up sites read again, plainly: regular expressions and the rules of each generator, nothing of ours."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import unquote

import yaml

Files = Mapping[str, str]


@dataclass(frozen=True)
class PlainArticle:
    """What a document says."""

    title: str
    date: datetime | None
    topics: frozenset[str]
    is_published: bool


@dataclass(frozen=True)
class PlainSite:
    """A site's articles by path, and its links: from, and to where; None: nowhere."""

    articles: Mapping[str, PlainArticle]
    links: list[tuple[str, str | None]]


_LINK = re.compile(r"!?\[\[([^\]]+)\]\]|\]\(([^)]+)\)|(\{% link [^%]+%\})")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def _split(text: str) -> tuple[dict[str, Any], str]:
    if text.startswith("+++\n"):
        _, front, body = text.split("+++\n", 2)
        return tomllib.loads(front), body
    if text.startswith("---\n"):
        _, front, body = text.split("---\n", 2)
        return yaml.safe_load(front), body
    if text.startswith("{\n"):
        front, body = text.split("\n}\n", 1)
        return json.loads(front + "}"), body
    return {}, text


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def _topics(front: Mapping[str, Any]) -> frozenset[str]:
    values = [front.get("tags") or [], front.get("categories") or []]
    return frozenset(
        word for value in values for word in (value.split() if isinstance(value, str) else value)
    )


def _article(front: Mapping[str, Any], body: str, name: str, day: datetime | None) -> PlainArticle:
    heading = re.search(r"^# (.+)$", _CODE.sub("", body), re.MULTILINE)
    return PlainArticle(
        title=front.get("title") or (heading[1] if heading else name),
        date=_moment(front.get("date") or front.get("created")) or day,
        topics=_topics(front),
        is_published=front.get("published") is not False and not front.get("draft"),
    )


def _site(files: Files, names: Callable[[str, str], str | None]) -> PlainSite:
    """*names*: where a link in the file at a path leads; the empty text for one to another site."""
    articles: dict[str, PlainArticle] = {}
    links: list[tuple[str, str | None]] = []
    for path, text in files.items():
        if not path.endswith(".md") or path.startswith(("_includes/", "_layouts/")):
            continue
        front, body = _split(text)
        name = path.rpartition("/")[2].removesuffix(".md")
        dated = re.fullmatch(r"(\d{4}-\d\d-\d\d)-(.+)", name)
        day = _moment(dated[1]) if dated else None
        articles[path] = _article(front, body, dated[2] if dated else name, day)
        for found in _LINK.finditer(_CODE.sub("", body)):
            target = names(path, next(filter(None, found.groups())))
            links += [] if target == "" else [(path, target)]
    return PlainSite(articles, links)


def jekyll(files: Files) -> PlainSite:
    def names(_: str, target: str) -> str | None:
        if found := re.search(r"\{% (?:post_url|link) (\S+) %\}", target):
            paths = (f"_posts/{found[1]}.md", found[1])
            return next((path for path in paths if path in files), None)
        inside = target.removeprefix("https://sky.example")
        if inside.startswith("http"):
            return ""
        if found := re.search(r"/(\d{4})/(\d\d?)/(\d\d?)/([^/.#]+)", inside):
            path = f"_posts/{found[1]}-{int(found[2]):02}-{int(found[3]):02}-{found[4]}.md"
        else:
            path = f"{inside.removeprefix('/blog/').strip('/')}.md"
        return path if path in files else None

    return _site(files, names)


def hugo(files: Files) -> PlainSite:
    aliases = {
        alias: path for path, text in files.items() if path.endswith(".md") for alias in _aliases(text)
    }

    def names(path: str, target: str) -> str | None:
        _, language, section, _ = path.split("/")
        inside = target.removeprefix("https://coast.example")
        if inside.startswith("http"):
            return ""
        if inside in aliases:
            return aliases[inside]
        if found := re.search(r'"([^"]+)"', inside):
            inside = found[1].removeprefix("../")
            inside = inside if "/" in inside else f"{inside.partition('-')[0]}/{inside}"
        elif inside.startswith("../"):
            inside = f"{section}/{inside.removeprefix('../')}"
        page = inside.removeprefix("/de/").strip("/").removesuffix(".md")
        languages = (
            [language] if inside.startswith("/de/") else sorted(("de", "en"), key=lambda one: one != language)
        )
        paths = (f"content/{one}/{page}.md" for one in languages)  # a translation where there is nothing else
        return next((file for file in paths if file in files), None)

    return _site(files, names)


def _aliases(text: str) -> list[str]:
    aliases: list[str] = _split(text)[0].get("aliases", [])
    return aliases


def vault(files: Files) -> PlainSite:
    by_name = {path.rpartition("/")[2].removesuffix(".md").lower(): path for path in files}
    by_name |= {alias.lower(): path for path, text in files.items() for alias in _aliases(text)}
    by_name |= {path.removesuffix(".md").lower(): path for path in files if "/" in path}

    def names(path: str, target: str) -> str | None:
        name = unquote(target.partition("|")[0].partition("#")[0]).strip("/").removesuffix(".md").lower()
        if name == "overview":  # of the own folder; from the root all are as near
            return f"{path.rpartition('/')[0]}/Overview.md" if "/" in path else None
        return by_name.get(name)

    return _site(files, names)


READERS: Mapping[str, Callable[[Files], PlainSite]] = {"jekyll": jekyll, "hugo": hugo, "vault": vault}
