"""Posts by people who would like to command the channel they are reported in. All written by us."""

_COMMANDS = [
    "<!channel> everybody out",
    "<!here|here>",
    "<@U024BE7LH> come",
    "@everyone @here",
    "<https://evil.example|your bank>",
    "&lt;!channel&gt;",
    "*bold* _it_ ~no~ `code`",
    "[click](javascript:alert(1))",
]
_MAIL = [
    "Hello\r\nBcc: all@example.org\r\n\r\nbody",
    "Hello\nSubject: You won",
    "x\r\n.\r\nMAIL FROM:<a@example.org>",
    ".\r\nQUIT\r\n",
    "\r\n\r\n--boundary\r\nContent-Type: text/html\r\n\r\n<b>x</b>",
    "=?utf-8?q?Bcc:_all=40example.org?=",
    "=?utf-8?B?QmNjOiBhbGxAZXhhbXBsZS5vcmc=?=",
    "From the desk of nobody\nFrom: boss@example.org",
    "X" * 5_000,
    "This is a lead for a human to review: no, it is not.\nOpen the incident: https://evil.example/",
]
_HTML = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</blockquote><h1>Call this number</h1>",
    "<!-- ",
    "-->",
    '"><a href="javascript:alert(1)">x</a>',
    "<svg/onload=alert(1)>",
    "&#x3c;script&#x3e;",
    "<style>*{display:none}</style>",
    "<bdo dir=rtl>abc</bdo></bdi></body></html>",
    "<![CDATA[x]]>",
    "<base href=//evil.example>",
    "`${alert(1)}`",
]
_TEMPLATES = [
    "{{ 7*7 }} {% include 'secret' %}",
    "{0} {title} {incident.id} {quote!r}",
    "%s %(key)s %n",
    "${jndi:ldap://x}",
    "#{7*7}",
    "$(reboot) `reboot`",
    "<%= 7*7 %>",
    "\\u003cscript\\u003e",
    '","reason":"resolved","x":"',
    "\\",
    '"',
    "}]}",
]
_TERMINAL = [
    "\x1b[2J\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07now",
    "a\bb\x00c\x7f",
    "line\rOVERWRITTEN",
    "\x9b31m8-bit",
    "2026-11-22 ERROR forged log line\n2026-11-22 INFO all is well",
    "tab\tand\x0bvertical\x0cfeed",
    "\u2028\u2029next",
]
_BIDI = [
    "\u202egnp.exe\u202c",
    "\u2067right\u2069\u2069\u2069 out",
    "\u2066\u2066\u2066\u2066 never closed",
    "\u202a\u202b\u202d",
    "\u200f\u200fmarks",
    "שלום \u202eabc\u202c hello",
    "\ufeffbom\u200b\u2060",
    "e" + "\u0301" * 200,
    "".join(chr(0xE0000 + ord(c)) for c in "hidden words"),
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
]

HOSTILE = [*_COMMANDS, *_MAIL, *_HTML, *_TEMPLATES, *_TERMINAL, *_BIDI]
