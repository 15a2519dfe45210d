"""Small documents in the shapes of many site generators: folder, path in it, text. Those of `../shared/cases/folders`."""

# ruff: noqa: RUF001  (Cyrillic letters are meant)

from __future__ import annotations

from collections.abc import Mapping

FOLDERS: Mapping[str, Mapping[str, str]] = {
    "astro": {
        "src/content/blog/bread.mdx": (
            "---\n"
            "title: 'Bread with little yeast'\n"
            "description: 'One rise, overnight.'\n"
            "pubDate: 'Jul 08 2022'\n"
            "updatedDate: 2022-08-01\n"
            "heroImage: ../../assets/bread.jpg\n"
            'tags: ["baking"]\n'
            'related: ["starter"]\n'
            "---\n"
            "A [starter](/blog/starter/) helps.\n"
        ),
        "src/content/blog/starter.md": (
            "---\n"
            'title: "A starter in five days"\n'
            'description: "Flour, water, patience."\n'
            "pubDate: 2022-06-01 22:05\n"
            "heroImage: { src: ./starter.jpg, alt: A jar }\n"
            "tags: [baking, patience]\n"
            "---\n"
        ),
    },
    "broken": {
        "only-a-comment.md": ("---\n# Do not remove front matter.\n---\n# A heading\n"),
        "template-value.md": ("---\ntitle: Template value\nkey: { { category } }\n---\n"),
    },
    "docusaurus": {
        "blog/2022-05-06-release.md": (
            "---\n"
            "date: 2022-5-06T00:00:00.000Z\n"
            "authors:\n"
            "  - name: Release Bot\n"
            "    url: https://bots.example\n"
            "tags: [news]\n"
            "---\n"
            "# One point oh\n"
            "\n"
            "It is out.\n"
        ),
        "docs/_shared-note.mdx": ("import Note from '@site/src/note';\n\n<Note>Used in two pages.</Note>\n"),
        "docs/install.md": (
            "---\n"
            "id: install\n"
            "title: Install it\n"
            "slug: /setup\n"
            "hide_title: true\n"
            "---\n"
            "Then [use it](./use/first-steps.md#run) or read the [news](../blog/2022-05-06-release.md).\n"
        ),
        "docs/use/first-steps.md": ("# First steps\n\nInstall [first](/docs/setup).\n"),
    },
    "garden": {
        "about.md": ("---\ntitle: About this garden\nwebsite: https://ann.example\nauthors: [ann]\n---\n"),
        "authors/ann.md": ("---\nname: Ann Example\nslug: ann\nwebsite: https://ann.example\n---\n"),
        "some-film.md": (
            "---\ntitle: Some film\nurl: https://films.example/tt1\ntags: [drama]\ndate: 2026-01-06\n---\n"
        ),
    },
    "hugo": {
        "content/posts/_index.md": (""),
        "content/posts/harbour/index.md": (
            "---\n"
            "title: The harbour wall\n"
            "slug: wall\n"
            "date: 2020-05-06\n"
            "expirydate: 2030-01-01\n"
            "expirydate: 2030-01-01\n"
            "---\n"
            'See [the tides](/old/tides/) and {{< ref "winds.md" >}}.\n'
        ),
        "content/posts/tides.md": (
            "+++\n"
            'title = "How tides are told"\n'
            "date = 2020-02-03T10:00:00+01:00\n"
            "draft = false\n"
            'tags = ["Sea", "sea", "Forecast"]\n'
            'aliases = ["/old/tides/"]\n'
            "[extra]\n"
            'team = "harbour"\n'
            "+++\n"
            'Winds matter too: [winds]({{< relref "posts/winds.md" >}}).\n'
        ),
        "content/posts/winds.md": (
            "{\n"
            '  "title": "Winds of the estuary",\n'
            '  "date": "2020-03-04T08:00:00-07:00",\n'
            '  "draft": true,\n'
            '  "categories": ["Sea"]\n'
            "}\n"
            "The [wall](https://coast.example/posts/wall/) breaks them.\n"
        ),
        "hugo.toml": ('baseURL = "https://coast.example/"\n'),
    },
    "jekyll": {
        "_config.yml": (
            "url: https://sky.example\n"
            "baseurl: /notes\n"
            "permalink: /:categories/:year/:i_month/:i_day/:title/\n"
        ),
        "_includes/footer.md": ("Set in one face.\n"),
        "_posts/2021-03-04-first-light.md": (
            "---\n"
            "layout: post\n"
            "title: First light\n"
            "date: 2021-03-04 09:30:00 -0600\n"
            "categories: astronomy diy\n"
            "tags: [telescope, Mirror Making]\n"
            "author: observer-one\n"
            "---\n"
            "The mirror held. The next evening is in [the second night]({% post_url 2021-03-18-second-night %}).\n"
        ),
        "_posts/2021-03-18-second-night.markdown": (
            "---\n"
            "layout: post\n"
            "title: ! 'Second night: clouds'\n"
            "published: false\n"
            "---\n"
            "It began with [first light](/notes/astronomy/diy/2021/3/4/first-light/).\n"
        ),
        "_posts/2021-04-01-a-paper-worth-reading.md": (
            "---\n"
            "title: A paper worth reading\n"
            "date: 2021-04-01 07:05 +0000\n"
            "external-url: https://journal.example/papers/42?utm_source=feed\n"
            "category:\n"
            "path: /papers/42\n"
            "---\n"
            "Short, and clear about what it does not know.\n"
        ),
        "about.md": (
            "---\n"
            "layout: page\n"
            "title: About\n"
            "permalink: /about/\n"
            "redirect_from: /who/\n"
            "---\n"
            "Start with [first light](https://sky.example/notes/astronomy/diy/2021/03/04/first-light/).\n"
        ),
    },
    "msdocs": {
        "docs/fmt-class.md": (
            "---\n"
            'description: "Learn more about: fmt class"\n'
            'title: "fmt class"\n'
            'ms.date: "05/09/2022"\n'
            'f1_keywords: ["fmt"]\n'
            "---\n"
            "# fmt class\n"
            "\n"
            "See [[out]] parameters and [`fmt::open`](../docs/fmt-open.md#remarks).\n"
        ),
        "docs/fmt-open.md": ('---\ntitle: "fmt::open"\nms.date: "13/40/2022"\n---\n'),
    },
    "newsletter": {
        "2020-04-07-issue-12.md": (
            "Title: Issue 12\n"
            "Number: 12\n"
            "Date: 2020-04-07\n"
            "Category: Weekly\n"
            "\n"
            "Two links: [one](https://one.example/a) and [two](https://two.example/b?utm_medium=mail).\n"
        ),
    },
    "plain": {
        "README.md": (
            "# Notes on soil\n"
            "\n"
            'Start at [compost](compost.md), go on with [worms](worms/worms.md "about worms").\n'
        ),
        "compost.md": (
            "Turn it weekly. In code, `a[[1]]` is an item.\n"
            "\n"
            "[worms]: worms/worms.md\n"
            "Read [about worms][worms].\n"
        ),
        "worms/worms.md": ("---\ntitle: Worms\n---\nBack to [compost](../compost.md).\n"),
    },
    "reference": {
        "html/input/index.md": (
            '---\ntitle: "Тег input"\nrelated:\n  - html/label\n---\nПодпись: [label](/html/label/).\n'
        ),
        "html/input/practice/one.md": ("🛠 Подпись нужна всегда.\n"),
        "html/label/index.md": (
            "---\n"
            'title: "Тег label"\n'
            'description: "Подпись к полю."\n'
            "related:\n"
            "  - html/input\n"
            "  - html/nowhere\n"
            "tags: [doka]\n"
            "---\n"
        ),
    },
    "topics": {
        "time-locks.md": ("---\ntitle: Time locks\n---\n"),
        "vaults.md": (
            "---\n"
            "title: Vaults\n"
            "title-aliases: [covenant vaults]\n"
            "see_also:\n"
            "  - title: Time locks\n"
            "    link: topic time locks\n"
            "  - title: A talk on vaults\n"
            "    url: https://talks.example/vaults\n"
            "---\n"
        ),
    },
    "translations": {
        "de/guide.md": ("---\ntitle: Leitfaden\npermalink: guide\n---\n"),
        "de/start.md": ("---\ntitle: Anfang\n---\nZum [Leitfaden](/guide/).\n"),
        "en/guide.md": ("---\ntitle: Guide\npermalink: guide\n---\n"),
    },
    "vault": {
        "Moon phases.md": (
            "---\n"
            'parent: "[[Tides]]"\n'
            "---\n"
            "See [[ebb]], [[Tides#Heights]], ![[Tides]] and `[[not a link]]`.\n"
        ),
        "Tides.md": (
            "---\n"
            "aliases: [tidal force, Ebb]\n"
            "tags: [sea/physics]\n"
            "created: 2023-01-02\n"
            "publish: true\n"
            "---\n"
            "The [[Moon phases|moon]] pulls. Not written yet: [[Spring tide]].\n"
        ),
        "north/Chart.md": ("### Soundings\n"),
        "north/Log.md": ("Nothing to report. [[Chart]]\n"),
        "south/Chart.md": ("Another chart.\n"),
    },
    "zenn": {
        "articles/a1b2c3.md": (
            "---\n"
            'title: "星図を描く"\n'
            'emoji: "🔭"\n'
            'type: "tech"\n'
            'topics: ["天文", "Python"]\n'
            "published: false\n"
            "published_at: 2024-01-02 09:00\n"
            "---\n"
        ),
    },
    "zola": {
        "content/glaze.md": (
            "+++\n"
            'title = "A glaze from ash"\n'
            'path = "2019/10/01/glaze"\n'
            "+++\n"
            "Fired [here](/2019/11/12/kiln.html).\n"
        ),
        "content/kiln.md": (
            "+++\n"
            'title = "Firing the kiln"\n'
            'path = "2019/11/12/kiln"\n'
            'aliases = ["2019/11/12/kiln.html"]\n'
            'authors = ["Potter"]\n'
            "+++\n"
            "After [the glaze](@/glaze.md#drying).\n"
        ),
    },
}
