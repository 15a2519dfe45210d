"""Sites of some hundred documents, made up in the manner of a Jekyll blog, a Hugo site in two languages, and a vault."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

Files = dict[str, str]

_WORDS = [
    *("sea", "tide", "wind", "harbour", "kiln", "glaze", "bread", "soil", "worm", "moon"),
    *("chart", "log", "north", "south", "film", "paper", "light", "night", "cloud", "mirror"),
]
_CODE = "```\n[code](/nowhere/)\n[[Nowhere]]\n```\n"
_FIRST = datetime(2015, 1, 1, 12, tzinfo=UTC)


def _paragraph(dice: random.Random, link: str) -> str:
    return " ".join([*dice.choices(_WORDS, k=20), link, *dice.choices(_WORDS, k=5)]) + "."


def _words(dice: random.Random, most: int) -> list[str]:
    return dice.sample(_WORDS, dice.randrange(most + 1))


# -- Jekyll ------------------------------------------------------------------------------------------------


def jekyll(posts: int = 320) -> Files:
    """Posts that are linked by tags, permalinks with their date, and URLs of the site; some pages, and what is none."""
    dice = random.Random(11)
    names = [f"{dice.choice(_WORDS)}-{dice.choice(_WORDS)}-{number}" for number in range(posts)]
    days = [_FIRST + timedelta(days=7 * number) for number in range(posts)]
    files = {
        "_config.yml": "url: https://sky.example\nbaseurl: /blog\ntitle: A blog\n",
        "_includes/footer.md": "A footer with a [link](/blog/about/).\n",
        "_layouts/post.md": "{{ content }}\n",
        "about.md": "---\ntitle: About\npermalink: /about/\n---\nAbout [me](/blog/contact).\n",
        "contact.md": "---\nlayout: page\n---\n# How to reach me\n\nBy {% link about.md %}.\n",
    }
    for number in range(posts):
        links = [_jekyll_link(dice, names, days) for _ in range(3)]
        body = "\n\n".join([_paragraph(dice, link) for link in links] + [_CODE])
        front = _jekyll_front(dice, number, days[number])
        files[f"_posts/{days[number]:%Y-%m-%d}-{names[number]}.md"] = f"---\n{front}---\n{body}"
    return files


def _jekyll_front(dice: random.Random, number: int, day: datetime) -> str:
    tags = _words(dice, 3)
    lines = ["layout: post", f"tags: [{', '.join(tags)}]"]
    lines += [f'title: "Post {number}: {dice.choice(_WORDS)}"'] if dice.random() < 0.9 else []
    lines += [f"date: {day:%Y-%m-%d %H:%M:%S} -0600"] if dice.random() < 0.5 else []
    lines += dice.choice(
        ([], [f"categories: {' '.join(_words(dice, 2))}"], [f"categories:\n  - {dice.choice(_WORDS)}"])
    )
    lines += ["published: false"] if dice.random() < 0.05 else []
    return "\n".join(lines) + "\n"


def _jekyll_link(dice: random.Random, names: list[str], days: list[datetime]) -> str:
    at = dice.randrange(len(names))
    name, day = names[at], days[at]
    return dice.choice(
        (
            f"[to]({{% post_url {day:%Y-%m-%d}-{name} %}})",
            f"[to]({{% link _posts/{day:%Y-%m-%d}-{name}.md %}})",
            f"[to](/blog/{day:%Y/%m/%d}/{name}.html)",
            f"[to](/blog/film/{day.year}/{day.month}/{day.day}/{name}/)",
            f"[to](https://sky.example/blog/{day:%Y/%m/%d}/{name}.html#part)",
            "[about](/blog/about/)",
            "[gone](/blog/2001/01/01/gone.html)",
            "[other](https://other.example/page)",
        )
    )


# -- Hugo --------------------------------------------------------------------------------------------------

_LANGUAGES, _SECTIONS = ("en", "de"), ("posts", "guides")


def hugo(pages: int = 80) -> Files:
    """Pages in two sections and two languages, translations under the same name; front matter in three formats."""
    dice = random.Random(12)
    files = {"hugo.toml": 'baseURL = "https://coast.example/"\ntitle = "A coast"\n'}
    for language in _LANGUAGES:
        for section in _SECTIONS:
            folder = f"content/{language}/{section}"
            files[f"{folder}/_index.md"] = f"+++\ntitle = '{section} ({language})'\n+++\nAll {section}.\n"
            for number in range(pages):
                links = [_hugo_link(dice, language, section, pages) for _ in range(3)]
                body = "\n\n".join([_paragraph(dice, link) for link in links] + [_CODE])
                front = _hugo_front(dice, language, section, number)
                files[f"{folder}/{section}-{number}.md"] = front + body
    return files


def _hugo_front(dice: random.Random, language: str, section: str, number: int) -> str:
    day = _FIRST + timedelta(days=number)
    said: dict[str, str | bool | list[str]] = {
        "title": f"{section} {number} in {language}",
        "date": f"{day:%Y-%m-%dT%H:%M:%SZ}",
        "draft": dice.random() < 0.1,
        "tags": _words(dice, 2),
    }
    if number % 10 == 0:
        said["aliases"] = [f"/old/{language}/{section}/{number}/"]
    form = dice.choice(("toml", "yaml", "json"))
    if form == "json":
        return json.dumps(said, indent=2) + "\n"
    fence, sign = ("+++", " = ") if form == "toml" else ("---", ": ")
    lines = [f"{key}{sign}{json.dumps(value)}" for key, value in said.items()]
    return "\n".join([fence, *lines, fence, ""])


def _hugo_link(dice: random.Random, language: str, section: str, pages: int) -> str:
    number, other = dice.randrange(pages), dice.choice(_SECTIONS)
    root = "" if language == "en" else "/de"
    return dice.choice(
        (
            f'[to]({{{{< ref "{other}-{number}.md" >}}}})',
            f'[to]({{{{< relref "../{other}/{other}-{number}.md" >}}}})',
            f'[to]({{{{% ref "{other}/{other}-{number}" %}}}})',
            f"[to]({root}/{other}/{other}-{number}/)",
            f"[to](https://coast.example{root}/{other}/{other}-{number}/)",
            f"[to](/old/{language}/{other}/{number // 10 * 10}/)",
            f"[to](../{section}-{number}.md)" if section == other else "[other](https://other.example/)",
            f"[gone]({root}/{other}/gone-{number}/)",
        )
    )


# -- a vault -----------------------------------------------------------------------------------------------

_FOLDERS = ("Areas", "Projects", "Projects/Old", "Daily", "")


def vault(notes: int = 320) -> Files:
    """Notes in folders that name each other by name, alias, path and heading, with an overview of each folder but the root."""
    dice = random.Random(13)
    places = [dice.choice(_FOLDERS) for _ in range(notes)]
    names = [f"{dice.choice(_WORDS).title()} {number}" for number in range(notes)]
    files = {f"{folder}/Overview.md": f"# Overview of {folder}\n" for folder in _FOLDERS if folder}
    for number, (folder, name) in enumerate(zip(places, names, strict=True)):
        links = [_vault_link(dice, names, places) for _ in range(4)]
        body = "\n\n".join([_paragraph(dice, link) for link in links] + ["Not `[[Overview]]`.", _CODE])
        front = _vault_front(dice, number) if number % 3 else ""
        files[f"{folder}/{name}.md".lstrip("/")] = front + body
    return files


def _vault_front(dice: random.Random, number: int) -> str:
    day = _FIRST + timedelta(days=number)
    tags = "".join(f"\n  - {word}" for word in _words(dice, 2)) or " []"
    return f"---\naliases: [Note {number}]\ncreated: {day:%Y-%m-%d}\ntags:{tags}\n---\n"


def _vault_link(dice: random.Random, names: list[str], places: list[str]) -> str:
    at = dice.randrange(len(names))
    name, path = names[at], f"{places[at]}/{names[at]}".lstrip("/")
    return dice.choice(
        (
            f"[[{name}]]",
            f"[[{name.lower()}#Part|shown]]",
            f"![[{name}]]",
            f"[[{path}]]",
            f"[[note {at // 3 * 3 + 1}]]",
            f"[to](/{path.replace(' ', '%20')}.md)",
            "[[Overview]]",
            f"[[Gone {at}]]",
        )
    )


SITES: Mapping[str, Callable[[], Files]] = {"jekyll": jekyll, "hugo": hugo, "vault": vault}
