"""Every problem a document can have: a stable code, what it means, and how to mend it.

A file with an `E` code is rejected, one with a `W` code is used. Numbers are never given twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph_api.records import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A kind of problem: *meaning* in one line, *why* it is one, an *example*, and what would *mend* it."""

    code: str
    meaning: str
    why: str
    example: str
    mend: str

    @property
    def severity(self) -> Severity:
        """An error rejects the file, a warning does not."""
        return Severity.ERROR if self.code.startswith("E") else Severity.WARNING

    @property
    def explanation(self) -> str:
        """All there is to say, in a few paragraphs of plain text."""
        return f"{self.code} ({self.severity.value}): {self.meaning}.\n\n{self.why}\n\nFor example:\n\n    {self.example}\n\nTo mend it: {self.mend}.\n"


def _table(*rows: tuple[str, str, str, str, str]) -> Mapping[str, Code]:
    codes = (
        Code(code=code, meaning=meaning, why=why, example=example, mend=mend)
        for code, meaning, why, example, mend in rows
    )
    return MappingProxyType({code.code: code for code in codes})


CODES: Mapping[str, Code] = _table(
    # -- values of fields
    (
        "E101",
        "the title is missing or empty",
        "Every article needs a title: lists, search and the graph page show it. Events may say `name` instead.",
        'title: ""',
        "write title: and a text",
    ),
    (
        "E102",
        "the document has no URL",
        "An article is known by its address: webUrl, else originalUrl, else (events) website. Without one nothing can be related to it.",
        "webUrl:",
        "give webUrl or originalUrl",
    ),
    (
        "E103",
        "an address cannot be used",
        "Addresses are http or https, without user name or password, and without control characters, since clients will open them.",
        'webUrl: "javascript:alert(1)"',
        "give the full public address, such as https://example.com/page",
    ),
    (
        "E104",
        "a number is expected",
        "quality, heat, width and height are whole numbers; words, true, NaN and quoted digits are not.",
        "quality: high",
        "write digits without quotes",
    ),
    (
        "E105",
        "a number does not fit into 32 bits",
        "GraphQL's Int holds -2147483648 to 2147483647.",
        "heat: 4000000000",
        "use a smaller number",
    ),
    (
        "E106",
        "true or false is expected",
        "published, removed and isCached are true or false; yes, no, 1 and quoted words are not.",
        'published: "yes"',
        "write true or false without quotes",
    ),
    (
        "E107",
        "a text is expected",
        "The field holds one text, not a list or a mapping. A text with a colon or a bracket needs quotes.",
        "title: [Update] Azure is down",
        "put the text in quotes",
    ),
    (
        "E108",
        "a date cannot be read",
        "Dates are ISO 8601; the day must exist.",
        "publishedDateTime: 2023-02-30",
        "write it such as 2023-03-15T21:22:00Z",
    ),
    (
        "E109",
        "a list is expected",
        "related and topics hold several values, so each starts with a dash, even a single one.",
        "related: {title: One}",
        "start each item with a dash",
    ),
    (
        "E110",
        "a mapping is expected",
        "provider holds keys of its own: name and domain.",
        "provider: VentureBeat",
        "indent its keys below it",
    ),
    (
        "E111",
        "a topic has no name",
        "Articles name their topics by name, so a topic without one can never be theirs.",
        "_id: azure",
        "write name: and the topic's name",
    ),
    (
        "E112",
        "a provider's file names no domain",
        "Providers are known by their domain, given as domain or _id.",
        "name: VentureBeat",
        "write domain: such as example.com",
    ),
    (
        "E113",
        "a text is too long",
        "Titles, excerpts, names and all topics or keywords together have at most 10,000 characters, so that lists of them stay small. Body, featuredContent and secured may be longer.",
        'title: "(10,001 characters)"',
        "shorten it, or move it to the body",
    ),
    (
        "E114",
        "the front matter holds too much",
        "More than 50,000 keys and values are no article: the largest real one has 5,200.",
        "related: (10,001 items)",
        "split it, or move what is not data to the body",
    ),
    # -- the file's text
    (
        "E120",
        "the file is empty",
        "There is nothing to read.",
        "(no text)",
        "write front matter, or remove the file",
    ),
    (
        "E121",
        "the file has no front matter",
        "A document starts with a line of three dashes; the fields follow.",
        "# A title",
        "start the file with a line of three dashes, or move it elsewhere",
    ),
    (
        "E122",
        "the front matter is not closed",
        "A second line of three dashes ends the fields; the body follows it.",
        "title: One",
        "add a line of three dashes after the last field",
    ),
    (
        "E123",
        "the YAML cannot be read",
        "The line breaks YAML's rules: often an unclosed quote, a colon inside an unquoted text, or a text that starts with one of @ ` > | % *.",
        "title: Azure: the basics",
        "put the text in quotes",
    ),
    (
        "E124",
        "the front matter is not a mapping",
        "Fields are keys with values; this is a list or a single text.",
        "- title",
        "write key: value on each line",
    ),
    (
        "E125",
        "a key is given twice",
        "YAML readers disagree on which of the two counts.",
        "title: One\n    title: Two",
        "keep one of the two",
    ),
    (
        "E126",
        "anchors and aliases are not read",
        "They can blow up a small file into a huge one. A text that starts with & or * needs quotes.",
        "title: *stars*",
        "write the value out, or put the text in quotes",
    ),
    (
        "E127",
        "merge keys are not read",
        "YAML 1.2 has no << any more, and readers disagree on it.",
        "<<: {type: article}",
        "write the merged keys out",
    ),
    (
        "E128",
        "tags are not read",
        "A value's type follows from its field. A text that starts with ! needs quotes.",
        "title: !important news",
        "remove the tag, or put the text in quotes",
    ),
    (
        "E129",
        "values are nested too deeply",
        "More than 20 levels are no article.",
        "a: {b: {c: ...",
        "use fewer levels",
    ),
    (
        "E130",
        "the file is not UTF-8",
        "All texts are UTF-8; this byte cannot be part of one.",
        "caf\\xe9 in Latin-1",
        "save the file as UTF-8",
    ),
    (
        "E131",
        "the file contains NUL",
        "NUL ends texts in many programs, so what follows it could be hidden.",
        'title: "a\\0b"',
        "remove the character",
    ),
    (
        "E132",
        "a tab is used for indentation",
        "YAML allows only spaces there.",
        "provider:\n    \\tname: One",
        "use spaces",
    ),
    (
        "E133",
        "there is a second YAML document",
        "A file holds one document.",
        "name: Azure\n    ---\n    name: AI",
        "keep one document a file",
    ),
    (
        "E134",
        "a list or mapping is used as a key",
        "Keys are texts.",
        "? [a, b]\n    : c",
        "use a text as the key",
    ),
    # -- the file itself
    (
        "E140",
        "the file is too large",
        "Files over 5 MB (5,000,000 bytes) are not read.",
        "(a file of 6 MB)",
        "move what is not text out of it",
    ),
    (
        "E141",
        "this is not a regular file",
        "Folders, pipes, sockets and devices are never opened.",
        "(a named pipe)",
        "replace it by a file, or remove it",
    ),
    (
        "E142",
        "the file cannot be read",
        "The system refuses to give its content.",
        "(no permission)",
        "check that it is there, and its permissions",
    ),
    (
        "E143",
        "the file keeps changing",
        "It changed during each of several readings.",
        "(a file being written)",
        "try again when it is written",
    ),
    (
        "E144",
        "the file's name is not UTF-8",
        "Paths appear in answers, which are UTF-8.",
        "caf\\xe9.md",
        "rename the file",
    ),
    # -- seen only when documents are put together
    (
        "E150",
        "two addresses have one key",
        "Keys are made from addresses by hashing, and two different ones came out the same. The chance is about one in 10^19 for each pair; merging them would mix two articles.",
        "(two unrelated files)",
        "change one of the two addresses, such as by a harmless query parameter, and report it",
    ),
    # -- accepted, with a warning
    (
        "W201",
        "a date has no time zone",
        "It is taken as UTC.",
        "publishedDateTime: 2023-03-15T21:22:00",
        "add Z or an offset such as +02:00",
    ),
    (
        "W202",
        "a date has no time",
        "It is taken as midnight UTC.",
        "publishedDateTime: 2023-03-15",
        "write the time too, such as 2023-03-15T21:22:00Z",
    ),
    (
        "W203",
        "a list is given as a single value",
        "It is taken as a list of one.",
        "topics: Azure",
        "start the value with a dash on a line of its own",
    ),
    (
        "W204",
        "a related item is left out",
        "It has no title, no usable URL or a wrong value, or there are 4,000,000 characters of addresses before it; the other items are kept.",
        "related:\n      - title: No address",
        "give the item at least title and webUrl",
    ),
    (
        "W205",
        "an image is left out",
        "Its address is missing or cannot be used, there are 100 or 20,000 characters of them before it, or, in a related item, another of its values is wrong; the article is kept.",
        'images:\n      - url: "picture.jpg"',
        "give the full address, such as https://example.com/picture.jpg",
    ),
    (
        "W206",
        "an article is related to itself",
        "The item is left out.",
        "(webUrl equals the article's own)",
        "remove the item",
    ),
    (
        "W207",
        "a related item repeats another",
        "The first one counts, at its position.",
        "(two items with one webUrl)",
        "remove the second item",
    ),
    (
        "W208",
        "a topic is named twice",
        "It counts once; spelling in capitals makes no difference.",
        "topics: [Azure, azure]",
        "remove one of the two",
    ),
    (
        "W209",
        "half a character is replaced",
        "A lone surrogate is no character; U+FFFD stands in for it.",
        'title: "a\\ud800b"',
        "write the whole character",
    ),
    (
        "W210",
        "the provider is left out",
        "Providers are known by their domain; this one has none that can be used.",
        "provider:\n      name: VentureBeat",
        "add domain: such as example.com",
    ),
    (
        "W211",
        "the secured payload is left out",
        "It is not of the form `ciphertext;iv`, both in base64.",
        'secured: "abc"',
        "copy it unchanged",
    ),
    (
        "W212",
        "an item of a list is left out",
        "It is empty or no text, or there are 100 before it.",
        "topics:\n      -",
        "write a text, or remove the line",
    ),
    (
        "W213",
        "the file is skipped",
        "YAML files are read as taxonomies: those that say taxonomy: topic or taxonomy: organization, or lie in _data/topics or _data/organizations. Other files in collections such as _people (not _news) are articles only when they have an address.",
        "_config.yml",
        "nothing, unless it should be a taxonomy",
    ),
    (
        "W214",
        "a symbolic link is not followed",
        "It leads out of the source folder.",
        "news -> /elsewhere/news",
        "put the file itself here, or serve the folder it is in",
    ),
    (
        "W215",
        "a key that nobody knows is left out",
        "Such keys are kept and answered as `extra`, up to 100,000 bytes of them as JSON, so that answers stay small.",
        'notes: "(100,001 characters)"',
        "shorten it, or move it to the body",
    ),
    (
        "W216",
        "there are more problems than are told",
        "Of one file 1,000 problems are told, errors first; many errors also end the reading.",
        "(a file with 1,001 problems)",
        "mend those that are told; the others are told then",
    ),
    # -- accepted, and seen only when documents are put together
    (
        "W220",
        "an article names a topic the taxonomy does not have",
        "The topic exists nevertheless, without parent and keywords.",
        "topics: [Azur]",
        "correct the name, or add the topic to the taxonomy",
    ),
    (
        "W221",
        "topics are their own ancestors",
        "A cycle of parents has no top, so one link of it is dropped.",
        "Azure -> Compute -> Azure",
        "correct the parent of one of them",
    ),
    (
        "W222",
        "a topic's parent is not in the taxonomy",
        "The topic has no parent then.",
        "parent: Azur",
        "correct the name, or add the parent",
    ),
    (
        "W223",
        "several files are one article",
        "They have one URL. The newest publishedDateTime wins, then the smallest path; their related lists are united.",
        "(two files with one webUrl)",
        "remove one of the files",
    ),
    (
        "W224",
        "several files describe one topic or provider",
        "They have one slug or domain. The smallest path wins.",
        "(two files with one _id)",
        "remove one of the files",
    ),
    (
        "W225",
        "a provider has too many names",
        "Of all its other names 100 are kept, of together 10,000 characters: those its own file says, then the most used.",
        "(101 articles that name it differently)",
        "call it by fewer names",
    ),
)
"""All codes in order: E10x values, E12x-E13x the text, E14x the file, E15x several files, W20x-W21x one document, W22x several."""
