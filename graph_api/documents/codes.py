"""Every problem that a document can have: a stable code, its meaning, and the correction.

A file with an `E` code is rejected, one with a `W` code is used. A number is never reused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph_api.records import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A kind of problem: *meaning* in one line, the rule and its reason (*why*), an *example*, the correction (*correction*)."""

    code: str
    meaning: str
    why: str
    example: str
    correction: str

    @property
    def severity(self) -> Severity:
        """An error rejects the file, a warning does not."""
        return Severity.ERROR if self.code.startswith("E") else Severity.WARNING

    @property
    def explanation(self) -> str:
        """Plain text for `graph-api check --explain`."""
        return f"{self.code} ({self.severity.value}): {self.meaning}.\n\n{self.why}\n\nExample:\n\n    {self.example}\n\nCorrection: {self.correction}.\n"


def _table(*rows: tuple[str, str, str, str, str]) -> Mapping[str, Code]:
    codes = (
        Code(code=code, meaning=meaning, why=why, example=example, correction=correction)
        for code, meaning, why, example, correction in rows
    )
    return MappingProxyType({code.code: code for code in codes})


CODES: Mapping[str, Code] = _table(
    # -- values of fields
    (
        "E101",
        "the title is missing or empty",
        "An article needs a title: lists, search and the graph page show it. Events may have `name` instead.",
        'title: ""',
        "write title: and a text",
    ),
    (
        "E102",
        "the document has no URL",
        "An article is identified by its URL: webUrl, else originalUrl, else (in events) website. Without a URL no article can be related to it. With --by-path, articles of a folder are identified by their files.",
        "webUrl:",
        "add webUrl or originalUrl",
    ),
    (
        "E103",
        "a URL is invalid",
        "URLs start with http:// or https:// and have no user name, password or control characters, because clients open them. The host must be a valid domain name or IP address.",
        'webUrl: "javascript:alert(1)"',
        "write the full public URL, such as https://example.com/page",
    ),
    (
        "E104",
        "a number must be a whole number",
        "quality, heat, width and height are whole numbers: 85 and 85.0, but not 85.5, words, true, NaN or digits in quotes.",
        "quality: high",
        "write digits without quotes",
    ),
    (
        "E105",
        "a number does not fit into 32 bits",
        "GraphQL's Int is between -2147483648 and 2147483647.",
        "heat: 4000000000",
        "write a smaller number",
    ),
    (
        "E106",
        "a value must be true or false",
        "published, removed and isCached are true or false; yes, no, 1 and words in quotes are not.",
        'published: "yes"',
        "write true or false without quotes",
    ),
    (
        "E107",
        "a value must be a text",
        "The field is one text, not a list or a mapping. A text with a bracket, or with a colon and a space, needs quotes.",
        "title: [Update] Azure is down",
        "put the text in quotes",
    ),
    (
        "E108",
        "a date is invalid",
        "Dates are ISO 8601, and the day must exist.",
        "publishedDateTime: 2023-02-30",
        "write it such as 2023-03-15T21:22:00Z",
    ),
    (
        "E109",
        "a value must be a list",
        "related and topics are lists: each item, even a single one, is on a line of its own after a dash.",
        "related: {title: One}",
        "write each item on a line of its own, after a dash",
    ),
    (
        "E110",
        "a value must be a mapping",
        "provider is a mapping with the keys name and domain.",
        "provider: VentureBeat",
        "write its keys below it, indented",
    ),
    (
        "E111",
        "a topic has no name",
        "Articles refer to topics by name, so no article can have a topic without a name.",
        "_id: azure",
        "write name: and the topic's name",
    ),
    (
        "E112",
        "a provider's file has no domain",
        "A provider is identified by its domain, in domain or _id.",
        "name: VentureBeat",
        "write domain: and the domain, such as example.com",
    ),
    (
        "E113",
        "a text is too long",
        "A title, excerpt or name has at most 10,000 characters, and so have all topics or keywords of a document together, so that lists of articles stay small. Body, featuredContent and secured may be longer.",
        'title: "(10,001 characters)"',
        "shorten it, or move it to the body",
    ),
    (
        "E114",
        "the front matter has too many values",
        "Front matter has at most 50,000 keys and values, and in TOML or JSON 200,000 characters; the largest real article has 5,200 keys and values.",
        "related: (10,001 items)",
        "split the document, or move what is not data to the body",
    ),
    # -- the file's text
    (
        "E120",
        "the file is empty",
        "A document needs front matter. In a folder that is read by path, an empty file is left out.",
        "(no text)",
        "write front matter, or remove the file",
    ),
    (
        "E121",
        "the file has no front matter",
        "A document starts with a line of three dashes, then the fields. In a folder that is read by path, front matter may also be TOML, JSON, header lines, or missing.",
        "# A title",
        "start the file with a line of three dashes, or move it elsewhere",
    ),
    (
        "E122",
        "the front matter has no end",
        "A second line of three dashes ends the fields; the body follows it.",
        "title: One",
        "add a line of three dashes after the last field",
    ),
    (
        "E123",
        "the YAML is invalid",
        "Frequent causes: an unclosed quote, a colon and a space inside a text without quotes, or a text that starts with one of @ ` > | % *.",
        "title: Azure: the basics",
        "put the text in quotes",
    ),
    (
        "E124",
        "the front matter is not a mapping",
        "Front matter is keys with values, not a list or a single text.",
        "- title",
        "write key: value on each line",
    ),
    (
        "E125",
        "a key is there twice",
        "YAML parsers disagree on which of the two values counts.",
        "title: One\n    title: Two",
        "keep one of the two",
    ),
    (
        "E126",
        "anchors and aliases are not supported",
        "They can expand a small file into a huge one. A text that starts with & or * needs quotes.",
        "title: *stars*",
        "repeat the value, or put the text in quotes",
    ),
    (
        "E127",
        "merge keys are not supported",
        "YAML 1.2 has no merge key (<<), and parsers disagree on it.",
        "<<: {type: article}",
        "write the merged keys in each place",
    ),
    (
        "E128",
        "tags are not supported",
        "The field decides the type of its value. A text that starts with ! needs quotes.",
        "title: !important news",
        "remove the tag, or put the text in quotes",
    ),
    (
        "E129",
        "values are nested too deeply",
        "Lists and mappings are nested at most 20 levels deep.",
        "a: {b: {c: ...",
        "use fewer levels",
    ),
    (
        "E130",
        "the file is not UTF-8",
        "All files are UTF-8; the message names the first invalid byte.",
        "caf\\xe9 in Latin-1",
        "save the file as UTF-8",
    ),
    (
        "E131",
        "the file contains NUL",
        "Many programs end a text at NUL, so they would not show what follows.",
        'title: "a\\0b"',
        "remove the character",
    ),
    (
        "E132",
        "a tab indents a line",
        "YAML allows only spaces as indentation.",
        "provider:\n    \\tname: One",
        "indent with spaces",
    ),
    (
        "E133",
        "the file has a second YAML document",
        "A file holds one YAML document.",
        "name: Azure\n    ---\n    name: AI",
        "keep one document in each file",
    ),
    (
        "E134",
        "a key is a list or a mapping",
        "Keys are texts.",
        "? [a, b]\n    : c",
        "write a text as the key",
    ),
    # -- the file itself
    (
        "E140",
        "the file is too large",
        "A file has at most 5 MB (5,000,000 bytes).",
        "(a file of 6 MB)",
        "split it, or move what is not text out of it",
    ),
    (
        "E141",
        "this is not a regular file",
        "Folders, pipes, sockets and devices are never opened.",
        "(a named pipe)",
        "replace it with a file, or remove it",
    ),
    (
        "E142",
        "the file cannot be read",
        "The operating system refused to read it.",
        "(no permission)",
        "check that it exists, and its permissions",
    ),
    (
        "E143",
        "the file keeps changing",
        "It changed during each of several attempts to read it.",
        "(a file being written)",
        "run the command again when the file is complete",
    ),
    (
        "E144",
        "the file's name is not UTF-8",
        "Answers contain paths, and answers are UTF-8.",
        "caf\\xe9.md",
        "rename the file",
    ),
    # -- between documents
    (
        "E150",
        "two URLs have the same key",
        "Keys are hashes of URLs, and two different URLs have the same hash. The probability is about one in 10^19 for a pair; merging them would mix two articles.",
        "(two unrelated files)",
        "change one of the two URLs, such as by an added query parameter, and report it",
    ),
    # -- warnings in one document
    (
        "W201",
        "a date has no time zone",
        "The date is read as UTC.",
        "publishedDateTime: 2023-03-15T21:22:00",
        "add Z or an offset such as +02:00",
    ),
    (
        "W202",
        "a date has no time",
        "The date is read as midnight UTC.",
        "publishedDateTime: 2023-03-15",
        "write the time too, such as 2023-03-15T21:22:00Z",
    ),
    (
        "W203",
        "a list is a single value",
        "The value is read as a list of one item.",
        "topics: Azure",
        "write each item on a line of its own, after a dash",
    ),
    (
        "W204",
        "a related item is dropped",
        "It has no title, no valid URL or a value of the wrong type; or the URLs before it have together 4,000,000 characters. The other items are kept.",
        "related:\n      - title: No address",
        "give the item at least title and webUrl",
    ),
    (
        "W205",
        "an image is dropped",
        "Its URL is missing or invalid; or there are 100 images, or 20,000 characters of their URLs and titles, before it; or, in a related item, one of its values has the wrong type. The article is kept.",
        'images:\n      - url: "picture.jpg"',
        "write the full URL, such as https://example.com/picture.jpg",
    ),
    (
        "W206",
        "an article is related to itself",
        "The item is dropped.",
        "(webUrl equals the article's own)",
        "remove the item",
    ),
    (
        "W207",
        "a related item is there twice",
        "The second item is dropped; the first keeps its position.",
        "(two items with one webUrl)",
        "remove the second item",
    ),
    (
        "W208",
        "a topic is there twice",
        "The second one is dropped. Upper and lower case make no difference.",
        "topics: [Azure, azure]",
        "remove one of the two",
    ),
    (
        "W209",
        "a lone surrogate is replaced",
        "Half of a surrogate pair is not a character; it becomes U+FFFD.",
        'title: "a\\ud800b"',
        "write the whole character",
    ),
    (
        "W210",
        "the provider is dropped",
        "A provider is identified by its domain; this one has none, or an invalid one.",
        "provider:\n      name: VentureBeat",
        "add domain: and the domain, such as example.com",
    ),
    (
        "W211",
        "the secured payload is dropped",
        "It must be `ciphertext;iv`, both in base64.",
        'secured: "abc"',
        "copy it unchanged",
    ),
    (
        "W212",
        "an item of a list is dropped",
        "It is empty or not a text, or there are 100 items before it.",
        "topics:\n      -",
        "write a text, or remove the line",
    ),
    (
        "W213",
        "the file is skipped",
        "A YAML file is read when it has taxonomy: topic or taxonomy: organization, or is in _data/topics or _data/organizations. In collections such as _people, but not in _news, a file is an article only when it has a URL.",
        "_config.yml",
        "nothing, unless the file should be a taxonomy or an article",
    ),
    (
        "W214",
        "a symbolic link is not followed",
        "Its target is outside the source folder.",
        "news -> /elsewhere/news",
        "copy the file into the folder, or ingest the folder that it is in",
    ),
    (
        "W215",
        "an unknown key is dropped",
        "Unknown keys are kept and answered as `extra`, at most 100,000 bytes of them as JSON, so that answers stay small.",
        'notes: "(100,001 characters)"',
        "shorten it, or move it to the body",
    ),
    (
        "W216",
        "there are more problems than are reported",
        "At most 1,000 problems of a file are reported, errors first; reading may also stop at that number of errors.",
        "(a file with 1,001 problems)",
        "correct the reported ones; the others are reported then",
    ),
    # -- warnings between documents
    (
        "W217",
        "a key is there twice, and the last one counts",
        "Site generators take the last of equal keys. In a folder that is read by URL this is an error (E125).",
        "date: 2023-03-15\n    date: 2023-03-16",
        "keep one of the two",
    ),
    (
        "W218",
        "a date cannot be read",
        "The article is kept without it. Only folders that are read by path are so lenient; in others this is E108.",
        'date: "13/40/2022"',
        "write it such as 2023-03-15 or 2023-03-15T21:22:00Z",
    ),
    (
        "W220",
        "an article has a topic that is not in the taxonomy",
        "The topic exists, without parent and keywords.",
        "topics: [Azur]",
        "correct the name, or add the topic to the taxonomy",
    ),
    (
        "W221",
        "a topic is its own ancestor",
        "A cycle of parents has no top, so one of its links is dropped.",
        "Azure -> Compute -> Azure",
        "correct the parent of one of them",
    ),
    (
        "W222",
        "a topic's parent is not in the taxonomy",
        "The topic gets no parent.",
        "parent: Azur",
        "correct the name, or add the parent",
    ),
    (
        "W223",
        "several files describe one article",
        "They have the same URL. The newest publishedDateTime wins, then the smallest path; their related lists are united.",
        "(two files with one webUrl)",
        "remove one of the files",
    ),
    (
        "W224",
        "several files describe one topic or provider",
        "They have the same slug or domain. The smallest path wins.",
        "(two files with one _id)",
        "remove one of the files",
    ),
    (
        "W225",
        "a provider has too many names",
        "At most 100 other names are kept, of together 10,000 characters: those of its own file, then the most frequent.",
        "(101 articles with different names of it)",
        "use fewer names for it",
    ),
    (
        "W226",
        "a listed document is not in the folder",
        "The front matter lists a document by path, slug, title or address, and no document of the folder has it. The list stays in `extra`.",
        "related:\n      - guides/no-such-page",
        "correct the name, or remove the item",
    ),
)
"""All codes: E10x values, E12x-E13x text, E14x the file, E15x several files, W20x-W21x one document, W22x several."""
