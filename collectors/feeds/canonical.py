"""One address for one article, however it was reached."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_\w+|(?:fb|g|dc|gb|wb|y|ms|tw|ttc)clid|_?hs(?:enc|mi|fp|tc)|mc_[ce]id|igshid|cmpid|wt_mc|wtmc|at_(?:medium|campaign)"
    r"|ns_(?:mchannel|source|campaign|linkname)|mkt_tok|oly_(?:anon|enc)_id|vero_id|xtor|sr_share|ito|spm",
    re.IGNORECASE,
)


def without_tracking(address: str) -> str:
    """The address without the parameters that say who clicked where; everything else stays as it is."""
    try:
        parts = urlsplit(address)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return address
    kept = [pair for pair in pairs if not _TRACKING.fullmatch(pair[0])]
    if len(kept) == len(pairs):
        return address
    return urlunsplit(parts._replace(query=urlencode(kept)))


def same_article(address: str) -> str:
    """What two addresses of one article have in common: for making ids, not for visiting."""
    try:
        parts = urlsplit(without_tracking(address.strip()))
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return address.strip()
    where = f"{host}:{port}" if port not in (None, 80, 443) else host
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{where}{parts.path.rstrip('/')}{query}{fragment}"
