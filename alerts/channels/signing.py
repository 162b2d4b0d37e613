"""The signature of a webhook: HMAC-SHA-256 (RFC 2104) over time stamp and body, so that neither can be changed."""

import hmac
from hashlib import sha256

HEADER = "Earshot-Signature"


def sign(secret: str, at: int, body: bytes) -> str:
    """``t=1790000000,v1=<hex>``; ``at`` in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={digest}"
