"""Reddit's markdown becomes the plain text that people see, links and line breaks kept. Pure, in linear time.

No general reader of markdown: to Reddit's own page a line that begins with ``#acme`` is a headline, and the hashtag
would be gone; a general one knows no spoilers, ``^superscripts`` or pictures by number. Every pattern stops at its
own sign, so that no text takes longer than its length allows.
"""

import html
import re
from dataclasses import dataclass

from ..canonical import web_address

_KEPT = "\ue000"  # private use: stands for a sign that was escaped, or for what no mark may be searched in
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~^|<&/])")
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]+)\1(?!`)")
_PICTURE = re.compile(r"!\[([^\[\]\n]{0,500})\]\(([^\s()\"]{1,500})(?:[ \t]+\"([^\"\n]{0,2000})\")?\)")
_LINK = re.compile(
    r"\[([^\[\]]{1,2000})\]\(<?((?:[^\s()<>]|\([^\s()<>]{0,300}\)){1,2000})>?"
    r"(?:[ \t]+[\"'][^\"'\n]{0,500}[\"'])?\)"
)
_AUTOLINK = re.compile(r"<(https?://[^\s<>]{1,2000})>")
_BARE = re.compile(r"https?://[^\s<>\[\]\"`|\\^{}\ue000]{1,2000}")
_STARS = re.compile(r"(\*{1,3})(?=[^\s*])([^*\n]*[^\s*])\1(?!\*)")
_LOWER = re.compile(r"(?<![\w])(_{1,3})(?=[^\s_])([^_\n]*[^\s_])\1(?![\w])")
_STRUCK = re.compile(r"~~(?=\S)([^~\n]+)~~")
_SPOILER = re.compile(r">!([^!\n]*(?:!(?!<)[^!\n]*){0,20})!<")
_RAISED = re.compile(r"\^\(([^()\n]*)\)|\^(?=\w)")
_HEADLINE = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+|[ \t]+#+[ \t]*$")
_QUOTE = re.compile(r"^[ ]{0,3}(?:>(?!!)[ ]?)+")
_ITEM = re.compile(r"^([ \t]*)[*+-][ \t]+")
_RULE = re.compile(r"^[ ]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_UNDERLINE = re.compile(r"^[ ]{0,3}(?:=+|-{2,})[ \t]*$")
_CELLS = re.compile(r"^[ ]*\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$")
_FENCE = re.compile(r"^[ ]{0,3}(?:```|~~~)")
_USER = re.compile(r"(?:(?<![\w/])/?u/|\breddit\.com/u(?:ser)?/)([A-Za-z0-9_-]{3,20})(?![\w-])")
_END_SIGNS = ".,;:!?'*_~"


@dataclass(frozen=True, slots=True)
class Plain:
    """``pictures``: (number of the medium, its caption) in order of writing."""

    text: str
    links: tuple[str, ...]
    pictures: tuple[tuple[str, str | None], ...]


def to_plain(markdown: str) -> Plain:
    """Words, with the address behind each link, and without the signs that only say how they look."""
    reader = _Reader()
    lines: list[str] = []
    fenced = False
    source = markdown.replace(_KEPT, "").replace("\r\n", "\n").replace("\r", "\n")
    if not _MARKED.search(source):
        return Plain(source.strip("\n "), (), ())
    for line in reader.guard(source).split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            lines.append(line)
        elif not _RULE.match(line) and not (lines and lines[-1].strip() and _UNDERLINE.match(line)):
            lines.append(_block(line))
    text = reader.inline("\n".join(lines))
    return Plain(text.strip("\n "), tuple(dict.fromkeys(reader.links)), tuple(reader.pictures))


def users_in(text: str) -> tuple[str, ...]:
    """Accounts that a plain text mentions as ``u/name``, or by the address of their page."""
    return tuple(dict.fromkeys(_USER.findall(text))) if "u/" in text or "/user/" in text else ()


_MARKED = re.compile(r"[\\`*_\[\]<>~^&|#=]|https?:|---|^[ ]*[-+] ", re.MULTILINE)


def _block(line: str) -> str:
    if "|" in line:
        if _CELLS.match(line) and "-" in line:
            return ""
        if line.strip().startswith("|"):
            line = " | ".join(cell.strip() for cell in line.strip().strip("|").split("|"))
    line = _QUOTE.sub("", line)
    line = _HEADLINE.sub("", line) if line.lstrip(" ").startswith("#") and "# " in line else line
    return _ITEM.sub(r"\1- ", line)


class _Reader:
    def __init__(self) -> None:
        self.links: list[str] = []
        self.pictures: list[tuple[str, str | None]] = []
        self._kept: list[str] = []

    def guard(self, text: str) -> str:
        """Code, escaped signs and addresses are put aside: what looks like a mark in them is none."""
        text = _CODE.sub(lambda found: self._keep(found[2].strip("\n") if "\n" in found[2] else found[2]), text)
        text = _PICTURE.sub(self._picture, text)
        text = _LINK.sub(self._link, text)
        text = _AUTOLINK.sub(lambda found: self._address(found[1]), text)
        text = _BARE.sub(self._bare, text)
        return _ESCAPED.sub(lambda found: self._keep(found[1]), text)

    def inline(self, text: str) -> str:
        text = _SPOILER.sub(r"\1", text)
        for _ in range(3):  # bold around italic around both
            text = _LOWER.sub(r"\2", _STARS.sub(r"\2", text))
        text = _RAISED.sub(lambda found: found[1] or "", _STRUCK.sub(r"\1", text))
        text = html.unescape(text) if "&" in text else text
        return self._put_back(text)

    def _keep(self, text: str) -> str:
        self._kept.append(text)
        return f"{_KEPT}{len(self._kept) - 1}{_KEPT}"

    def _put_back(self, text: str) -> str:
        pattern = re.compile(rf"{_KEPT}(\d+){_KEPT}")
        for _ in range(4):  # what was kept may stand in what was kept: code in a link, an escaped sign in its words
            if _KEPT not in text:
                break
            text = pattern.sub(lambda found: self._kept[int(found[1])], text)
        return text

    def _picture(self, found: "re.Match[str]") -> str:
        caption = self._put_back(html.unescape((found[3] or "").strip())) or None
        if web_address(found[2]):
            self.links.append(found[2])
        else:
            self.pictures.append((found[2], caption))
        return caption or ""

    def _link(self, found: "re.Match[str]") -> str:
        words, address = found[1], html.unescape(_ESCAPED.sub(r"\1", found[2]))
        if address.startswith("/") and not address.startswith("//"):
            return words if address.startswith("/r/") else f"{words} ({self._keep(address)})"
        if web_address(address) is None:
            return found[0] if words.startswith(" ") else words
        self.links.append(address)
        shown = words.strip().removeprefix("https://").removeprefix("http://").rstrip("/…")
        bare = address.split("://", 1)[1].rstrip("/")
        if "." in shown and bare.startswith(shown):
            return self._keep(address)
        return f"{words} ({self._keep(address)})"

    def _bare(self, found: "re.Match[str]") -> str:
        address = found[0].rstrip(_END_SIGNS)
        while address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1].rstrip(_END_SIGNS)
        return self._address(address) + found[0][len(address) :]

    def _address(self, written: str) -> str:
        address = html.unescape(written)
        if web_address(address) is None:
            return self._keep(written)
        self.links.append(address)
        return self._keep(address)
