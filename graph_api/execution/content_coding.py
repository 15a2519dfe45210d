"""Answers packed as HTTP's content codings have it, whole.

Why not by the middleware that packs all else that is sent: what is packed here is remembered, and sent again.
"""

# brotli has no types, which strict pyright calls unknown:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping

import brotli
import zstandard

SMALLEST = "zstd"  # it packs best, soonest, and is unpacked soonest by far

_LEVEL = 3  # of zstd and gzip: higher ones take several times as long for a few bytes less
_BROTLI_LEVEL = 1  # takes as long as zstd does: 0.23 ms for 239 KB; level 3 takes 0.51 ms for a tenth less


def _zstd(body: bytes) -> bytes:
    return zstandard.compress(body, _LEVEL)


def _brotli(body: bytes) -> bytes:
    found: bytes = brotli.compress(body, quality=_BROTLI_LEVEL)
    return found


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)


def _unbrotli(body: bytes) -> bytes:
    found: bytes = brotli.decompress(body)
    return found


# By coding, preferred ones first. zstd is last: the fetch of Node 20 accepts it and cannot decompress it.
_PACKERS: Mapping[str, Callable[[bytes], bytes]] = {"br": _brotli, "gzip": _gzip, "zstd": _zstd}
_UNPACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": zstandard.decompress,
    "br": _unbrotli,
    "gzip": gzip.decompress,
}
CODINGS = tuple(_PACKERS)


def packed(body: bytes, coding: str) -> bytes:
    """*body* in one of the `CODINGS`. On any thread, and other threads run meanwhile."""
    return _PACKERS[coding](body)


def unpacked(body: bytes, coding: str) -> bytes:
    """What was packed in one of the `CODINGS`."""
    return _UNPACKERS[coding](body)


class Packer:
    """Packs as smallest, again and again: what that works with, a megabyte or more, is made once. For one thread."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._decompressor = zstandard.ZstdDecompressor()

    def packed(self, body: bytes) -> bytes:
        """*body* in `SMALLEST`."""
        return self._compressor.compress(body)

    def unpacked(self, body: bytes) -> bytes:
        """What was packed in `SMALLEST`."""
        return self._decompressor.decompress(body)
