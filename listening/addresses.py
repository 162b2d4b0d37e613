"""Which addresses of the internet protocol anybody can reach: the others lead inside somebody's own network."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# IPv6 addresses that carry an IPv4 address in their last 32 bits (RFC 6052, and the old "compatible" form).
_CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
# Azure's host answers every virtual machine here, with its settings; the address itself looks public
# (learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16, November 2026).
_METADATA = frozenset({IPv4Address("168.63.129.16")})


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
    inside = address.is_multicast or address.is_reserved or address.is_unspecified or address in _METADATA
    return address.is_global and not inside


_OWN_ENDINGS = (".local", ".localhost", ".internal", ".lan", ".intranet", ".corp", ".private", ".home.arpa")


def names_own_network(host: str) -> bool:
    """Whether a host's name says itself that it stands in somebody's own network: an address that is not public, a
    name without a dot, or one with an ending that no public name has. Asks no name server."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        return not is_public(host)
    except ValueError:
        return "." not in host or host.endswith(_OWN_ENDINGS)
