"""Where a webhook may connect to: a name is resolved once, every address is checked, and that address is used."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from listening.errors import Rejected, TryLater

# IPv6 addresses that carry an IPv4 address in their last 32 bits (RFC 6052, and the old "compatible" form).
_CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))


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


def is_public(text: str) -> bool:
    """Whether an address is reachable from anywhere: not private, loopback, link-local, shared or multicast."""
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        inner = _carried(address)
        if inner is not None:
            return _is_global(inner)
    return _is_global(address)


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if any(address in network for network in _CARRIERS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
