"""What a role may see, decided in one place: which brands, which posts, which parts of a post. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import regex

from listening.alerting import Incident
from listening.analysis import tokens
from listening.brands import Brand, Role, Viewer
from listening.errors import NotAllowed
from listening.posts import Post, Speaker
from listening.query import And, Handle, Hashtag, Node, Not, Or, Phrase, Query, Word, fold_handle

from .protocol import FacetCount, Search

PROTECTED = ("pay", "hours", "safety", "organising", "discrimination", "health", "belief")
"""Themes of protected speech: HR sees no post about them."""
CROWD = 10
"""HR sees no number that fewer distinct authors made."""
_SEES_ALL_NUMBERS = (Role.OPERATOR, Role.ADMIN)
_PSEUDONYM = regex.compile(r"@?someone-[0-9a-f]{8}")
_ALIAS = regex.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Access:
    """What ``viewer`` may see of ``brands``. A viewer without purpose, or a brand without audience: nothing."""

    viewer: Viewer
    brands: tuple[Brand, ...]

    @property
    def is_crowd_only(self) -> bool:
        return self.viewer.role is Role.HR

    def brands_of_numbers(self, asked: Sequence[str] = ()) -> tuple[str, ...]:
        """Keys whose counts may be shown, of those ``asked`` for (empty: of all)."""
        return self._keys(asked, everything=_SEES_ALL_NUMBERS)

    def brands_of_posts(self, asked: Sequence[str] = ()) -> tuple[str, ...]:
        """Keys whose posts may be read. The admin owns the machine and its key: nothing is hidden from them."""
        return self._keys(asked, everything=(Role.ADMIN,))

    def narrowed(self, search: Search, brands: tuple[str, ...]) -> Search | None:
        """``search`` with nothing in it that this viewer may not see; None if that is nothing at all."""
        if not brands:
            return None
        if self.viewer.role is Role.ADMIN and not search.filters.brands:
            return search
        search = replace(search, filters=replace(search.filters, brands=brands))
        if not self.is_crowd_only:
            return search
        self._refuse_persons(search.query.root)
        own = sorted({tag for brand in self.brands if brand.key in brands for tag in brand.own_hashtags})
        if not own:
            return None
        root = And((search.query.root, Or(tuple(map(Hashtag, own)))))
        without = tuple(dict.fromkeys((*search.filters.without_themes, *PROTECTED)))
        return replace(
            search, query=Query(search.query.text, root), filters=replace(search.filters, without_themes=without)
        )

    def shown(self, post: Post) -> Post:
        """The parts of ``post`` that this viewer may see."""
        may = self.brands_of_posts()
        if self.viewer.role is not Role.ADMIN:
            post = replace(post, matched=tuple(match for match in post.matched if match.brand in may))
        if not self.is_crowd_only:
            return post
        return replace(
            post,
            author=None,
            url=None,
            speaker=post.speaker if post.speaker is Speaker.BRAND else Speaker.UNKNOWN,
            audience=None,
            mentions=(),
            links=(),
            in_reply_to=None,
            reposted=None,
            quoted=None,
            text=_PSEUDONYM.sub("@someone", post.text),
            title=_PSEUDONYM.sub("@someone", post.title) if post.title else post.title,
        )

    def crowds(self, counts: Iterable[FacetCount]) -> tuple[FacetCount, ...]:
        """Counts without the cells that are too small to show."""
        return tuple(c for c in counts if not self.is_crowd_only or c.authors >= CROWD)

    def may_see(self, incident: Incident) -> bool:
        """HR: only incidents meant for them, and none about a person."""
        if incident.brand not in self.brands_of_numbers():
            return False
        if not self.is_crowd_only:
            return True
        return all(Role.HR.value in alert.audience and alert.subject != "person" for alert in incident.alerts)

    def _keys(self, asked: Sequence[str], everything: tuple[Role, ...]) -> tuple[str, ...]:
        role = self.viewer.role
        if not self.viewer.purpose.strip():
            return ()
        return tuple(
            brand.key
            for brand in self.brands
            if (role in everything or role in brand.purpose.audience) and (not asked or brand.key in asked)
        )

    def _refuse_persons(self, node: Node) -> None:
        """A search for one person's pseudonym is a search for a person."""
        match node:
            case Handle(handle):
                own = {name for brand in self.brands for name in brand.own_handles}
                named = fold_handle(handle) not in own
            case Word(text) | Phrase(text):
                named = any(map(_ALIAS.fullmatch, tokens(text)))
            case Not(term):
                return self._refuse_persons(term)
            case And(terms) | Or(terms):
                for term in terms:
                    self._refuse_persons(term)
                return None
            case _:
                named = False
        if named:
            raise NotAllowed("The role hr sees crowds, not persons: take the handle out of the search.")
        return None
