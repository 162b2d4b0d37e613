"""Which letters a feed's bytes mean: servers and feeds declare encodings, and both are often wrong."""

import re

from ..files.codepages import guess_code_page

_WIDE = (
    (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"\0\0\0<", "utf-32-be"), (b"<\0\0\0", "utf-32-le"), (b"\0<", "utf-16-be"), (b"<\0", "utf-16-le"),
)  # fmt: skip
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_IN_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}\?>")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML cannot hold, and feeds hold all the same."""
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252"}


def decode(body: bytes, content_type: str) -> str:
    """The text, without an XML declaration and without characters that no XML may hold. Never fails.

    Bytes that are UTF-8 and not only ASCII are UTF-8 whatever is declared: that does not happen by chance.
    """
    return _FORBIDDEN.sub("", _DECLARATION.sub("", _letters(body, content_type).lstrip("\ufeff"), count=1)).lstrip()


def _letters(body: bytes, content_type: str) -> str:
    for start, codec in _WIDE:
        if body.startswith(start):
            return body.decode(codec, "replace")
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.isascii():
        try:
            return body.decode()
        except UnicodeDecodeError:
            pass
    for declared in (_IN_HEADER.search(content_type), _IN_XML.match(body)):
        if declared:
            name = declared[1] if isinstance(declared[1], str) else declared[1].decode()
            try:
                return body.decode(_SUPERSETS.get(name.lower(), name))
            except (UnicodeDecodeError, LookupError, ValueError):
                continue
    readable = body.decode("utf-8", "replace")
    broken = readable.count("\ufffd")
    if sum(1 for letter in readable if letter > "\x7f") - broken >= 10 * broken:
        return readable  # UTF-8 with a few damaged letters
    return body.decode(f"cp{guess_code_page(body)}", "replace")
