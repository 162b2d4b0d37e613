"""Who asked not to be listened to: accounts, sites and servers whose posts are never stored, even once."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from .collecting import Unreadable
from .posts import NativePost
from .query import fold_handle


@dataclass(frozen=True, slots=True)
class OptOuts:
    """``authors`` are folded handles, on every platform; ``domains`` are lower case and stand for their subdomains."""

    authors: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    @classmethod
    def of(cls, authors: Iterable[str], domains: Iterable[str]) -> "OptOuts":
        return cls(frozenset(map(fold_handle, authors)), frozenset(domain.casefold() for domain in domains))

    def covers(self, post: NativePost) -> bool:
        """Whether its author, the server of its author, or the site that it is on, asked for it."""
        if not self.authors and not self.domains:
            return False
        author = post.author
        if author and fold_handle(author.handle) in self.authors:
            return True
        hosts = [_host(address) for address in (post.native_url, post.url, author and author.profile_url) if address]
        if author and "@" in author.handle:
            hosts.append(author.handle.rpartition("@")[2].casefold())
        return any(map(self._is_out, hosts))

    def named_in(self, letter: Unreadable) -> bool:
        """Whether something that could not be read may be theirs: it names one of them. Better one too many."""
        raw = letter.raw.decode("utf-8", "replace").casefold() + letter.source.casefold()
        return any(name in raw for name in (*self.authors, *self.domains))

    def _is_out(self, host: str) -> bool:
        return any(host == domain or host.endswith(f".{domain}") for domain in self.domains)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").casefold()
    except ValueError:
        return ""
