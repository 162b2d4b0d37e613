"""What every answer carries, and which requests are refused before a page sees them."""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import Request, Response

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""Nothing inline, nothing from elsewhere: a post's text finds no way to run."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with that browsers send "Origin: null" also from our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
COOKIE = "earshot_csrf"
FIELD = "token"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_EVERYWHERE = ("0.0.0.0", "::")

Next = Callable[[Request], Awaitable[Response]]


def known_hosts(host: str) -> frozenset[str] | None:
    """Names under which the dashboard may be addressed; None: any, because it listens on every address.

    Without this a foreign page whose name is made to point at 127.0.0.1 (DNS rebinding) could read everything.
    """
    return None if host in _EVERYWHERE else _LOOPBACK | {host}


def is_known(request: Request, hosts: frozenset[str] | None) -> bool:
    return hosts is None or (request.url.hostname or "") in hosts


def secured(response: Response) -> Response:
    """``response`` with the headers that all answers carry."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def token_of(request: Request) -> str:
    """The token that this browser's forms send back; a new one for a browser that has none."""
    known = request.cookies.get(COOKIE, "")
    return known if len(known) == 43 else secrets.token_urlsafe(32)


def remember(request: Request, response: Response, token: str) -> None:
    if request.cookies.get(COOKIE) != token:
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict")


def is_ours(request: Request, token: str) -> bool:
    """Whether an action comes from a form on one of our own pages: right token, and no foreign origin."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    known = request.cookies.get(COOKIE, "")
    return bool(known) and hmac.compare_digest(known.encode(), token.encode())
