"""Reads a mail as its reader would: parsed, decoded, and with the quotes told apart from the frame."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

from alerts.plain import END_ISOLATE, ISOLATE
from tests.contracts.channels import Arrived

_BOUNDARY = "boundary"


class _Outside(HTMLParser):
    """Everything but the insides of block quotes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.frame: list[object] = []
        self.quotes: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.inside:
            assert tag in ("bdi", "br"), f"a post brought <{tag}>"
            self.quotes[-1] += "\n" if tag == "br" else ""
            return
        self.frame.append((tag, tuple(attrs)))
        if tag == "blockquote":
            self.inside = True
            self.quotes.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "blockquote"
        if not self.inside:
            self.frame.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.quotes[-1] += data
        else:
            self.frame.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError("there is no comment in our letters")

    def handle_decl(self, decl: str) -> None:
        self.frame.append(decl)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError("there is no declaration in our letters")


def read(raw: bytes) -> Arrived:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    headers = [(name, str(value)) for name, value in mail.items() if name.lower() not in ("content-type", "x-peer")]
    plain, html = mail.iter_parts()  # exactly two
    text = plain.get_content()
    lines = text.splitlines()
    marked = [line for line in lines if line.startswith("> ")]
    for line in marked:
        assert line.startswith(f"> {ISOLATE}") and line.endswith(END_ISOLATE)
        assert line.count(ISOLATE) == line.count(END_ISOLATE) == 1
    outside = _Outside()
    outside.feed(html.get_content())
    outside.close()
    frame = (
        headers,
        [part.get_content_type() for part in mail.walk()],
        [line for line in lines if not line.startswith("> ")],
        outside.frame,
    )
    quotes = tuple(outside.quotes)
    assert [line[3:-1] for line in marked] == "\n".join(quotes).split("\n") if quotes else not marked
    return Arrived(str(mail["Earshot-Key"]), f"{mail['Subject']}\n{text}", quotes, frame)
