"""Limits of one document. A file beyond a limit is rejected, or the excess is dropped, with a problem.

Within these limits no file takes a second to read or much more than 100 MB of memory, and no document makes an
answer long. The largest of 3,500 real documents has 143 kB and 5,200 keys and values.

The limits are not settings: the content of a folder, and its revision, depend on its files alone.
"""

MAX_BYTES = 5_000_000
"""Bytes of a file."""

MAX_VALUES = 50_000
"""Keys and values of the front matter, lists and mappings among them."""

MAX_TEXT_FRONT = 200_000
"""Characters of front matter in TOML or JSON."""

MAX_DEPTH = 20
"""Levels of nested lists and mappings."""

MAX_TEXT = 10_000
"""Characters of a text, or of all texts of a list. Body, featuredContent and secured may be longer."""

MAX_URL = 8_192
"""Characters of a URL: few servers accept longer ones."""

MAX_HOST = 253
"""Characters of a host name: RFC 1035, 2.3.4."""

MAX_ITEMS = 100
"""Items of a list without pages: topics, keywords, images."""

MAX_IMAGE_TEXT = 20_000
"""Characters of the URLs and titles of a list of images."""

MAX_RELATED_TEXT = 4_000_000
"""Characters of the canonical URLs of related articles: percent-encoded, up to three times as long as written."""

MAX_EXTRA = 100_000
"""Bytes of the unknown keys as JSON."""

MAX_PROBLEMS = 1_000
"""Problems reported for one file."""

MAX_REFERENCES = 10_000
"""Links and other references to documents that one document may hold."""

MAX_OUTLINE = 1_000_000
"""Characters of a body that are searched for heading, first paragraph and references."""
