"""How much one document may hold. What is over a limit is rejected or left out, and told.

With these no file takes a second to read, none makes memory grow by much more than a hundred megabytes, and no
answer is long because of one document. The largest of 3,500 real documents has 143 kB and 5,200 keys and values.

Why they are no settings: what a folder means depends on its files alone, and so does its revision.
"""

MAX_BYTES = 5_000_000
"""Bytes of a file."""

MAX_VALUES = 50_000
"""Keys and values of the front matter, lists and mappings among them."""

MAX_DEPTH = 20
"""Lists and mappings in each other."""

MAX_TEXT = 10_000
"""Characters of a text, or of the texts of a list, for which the answer to a page stays small; bodies and other
content that is read apart may be longer."""

MAX_URL = 8_192
"""Characters of an address: longer ones reach few servers."""

MAX_HOST = 253
"""Characters of a host's name: RFC 1035, 2.3.4."""

MAX_ITEMS = 100
"""Items of a list that is answered whole: topics, keywords, images. Related articles are answered by pages."""

MAX_IMAGE_TEXT = 20_000
"""Characters of the addresses and titles of a list of images."""

MAX_RELATED_TEXT = 4_000_000
"""Characters of the canonical addresses of related articles: escaped, they can be three times as long as written."""

MAX_EXTRA = 100_000
"""Characters of the keys that nobody knows, as JSON."""

MAX_PROBLEMS = 1_000
"""Problems told of one file."""
