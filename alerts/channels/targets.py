"""Where a webhook may connect to: a name is resolved once, every address is checked, and that address is used."""

import socket

from listening.addresses import is_public
from listening.errors import Rejected, TryLater


def resolve(host: str, port: int, allow_private: bool) -> tuple[str, ...]:
    """The addresses to connect to, best first. TryLater if the name does not resolve, Rejected if it leads inside.

    One private address among several is enough to refuse: which of them is used must not be the name server's choice.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TryLater(f"the name {host} does not resolve now") from error
    addresses = list(dict.fromkeys(str(entry[4][0]).split("%", 1)[0] for entry in found))
    if not addresses:
        raise TryLater(f"the name {host} does not resolve now")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise Rejected(
            f"{host} leads to an address that is not on the public internet. If that is meant, "
            "write allow_private = true for this channel"
        )
    return tuple(addresses)
