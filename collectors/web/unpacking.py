"""A body's bytes, unpacked, and never more of them than was agreed: a few packed kilobytes can become gigabytes."""

import zlib
from collections.abc import Iterable


class TooLarge(Exception):
    """The body is longer than agreed, as it came or unpacked."""


class Undecodable(Exception):
    """The body is packed in a way that was not asked for, or is damaged."""


def unpack(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    """The whole body. ``encoding`` is what the server says it packed it with (``Content-Encoding``)."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return _join(chunks, most)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Undecodable(f"packed with '{encoding[:30]}'")
    # 32: gzip or zlib, whichever the first bytes say; "deflate" is zlib to most servers and raw to some.
    packed = _join(chunks, most)
    if not packed:
        return b""
    raw = encoding == "deflate" and not _is_zlib(packed)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32)
    try:
        body = unpacker.decompress(packed, most + 1)
    except zlib.error as error:
        raise Undecodable("damaged") from error
    if len(body) > most:
        raise TooLarge
    if not unpacker.eof:
        raise Undecodable("cut short")
    return body


def _is_zlib(packed: bytes) -> bool:
    return packed[0] & 0x0F == 8 and int.from_bytes(packed[:2], "big") % 31 == 0


def _join(chunks: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)
