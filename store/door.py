"""The write door: what enters, changes or leaves the store goes through here, in an order that survives a kill.

What makes a repetition harmless is durable first: windows are marked and identities kept before posts are saved, and
the cursor moves last, in one transaction with everything else that a page brought.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listening.brands import Brand, Role
from listening.collecting import Gap, Page, Removal
from listening.optout import OptOuts
from listening.posts import Identity, Match, NativePost, Post
from listening.privacy import author_key, pseudonymise
from listening.query import Searchable
from listening.verdicts import Word, as_found, reviewed
from listening.windows import LENGTH, window_of

from .cleaning import cleaned
from .keys import Keys
from .ledger import Ledger
from .ledger.windows import Pair
from .protocol import Judgement, PostsIndex, Search
from .searchable import primary, text_of

_BATCH = 1_000
_NO_LONGER_AT_WORK = timedelta(hours=1)
"""What another process began so long ago and did not end, it was killed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What became of a page. ``refused``: erased, deleted or opted out before."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    unreadable: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What is gone. ``mentions``: other people's posts that had named the author, pseudonymously; they stay."""

    posts: int = 0
    dead_letters: int = 0
    mentions: int = 0


class WriteDoor:
    """Safe to use from several processes at the same time; every method may be killed and called again."""

    def __init__(
        self,
        index: PostsIndex,
        ledger: Ledger,
        keys: Keys,
        brands: Sequence[Brand],
        opted_out: OptOuts | None = None,
    ) -> None:
        self._opted_out = opted_out or OptOuts()
        self._index = index
        self._ledger = ledger
        self._keys = keys
        self._brands = tuple(brands)
        self._own_handles = frozenset(handle for brand in brands for handle in brand.own_handles)
        self._own_hashtags = frozenset(tag for brand in brands for tag in brand.own_hashtags)

    def admit(self, page: Page, brand: Brand, platform: str, at: datetime, move_cursor: bool = True) -> Admitted:
        """Store a page that was collected for ``brand``; then, and only then, its cursor.

        Every post is matched to ``brand``, whose query found it, and to all other brands whose query it answers.
        """
        page, opted_out = self._without_opted_out(self._with_announced(cleaned(page), platform))
        listening = [(other, other.query.revision) for other in self._brands if other.key != brand.key]
        own = Match(brand.key, brand.query.revision)
        handles = self._own_handles | brand.own_handles
        tags = self._own_hashtags | brand.own_hashtags
        key = self._keys.author
        kept = [pseudonymise(post, key, handles, [own, *_others(post, listening)], tags) for post in page.posts]
        kept, refused = self._without_tombstoned(kept)
        refused += opted_out
        posts = [post for post, _ in kept]
        gone = self._with_reposts([removal.post_id for removal in page.removed])
        present = self._index.get([post.id for post in posts])
        with self._ledger.writing():
            for removal in page.removed:
                self._ledger.tombstones.add([removal.post_id], removal.reason.value, at)
            # Bought is bought, whether or not it can be saved; if it cannot, it is bought again.
            self._ledger.spending.add(brand.key, platform, page.spent, at)
            self._ledger.windows.settle_left_behind(at - _NO_LONGER_AT_WORK)
            self._ledger.windows.note_leaving(_places(_moving(present, posts)), at)
            self._ledger.windows.mark(_touched(present, posts))
            self._ledger.vault.put([identity for _, identity in kept])
        saved = self._index.save(posts)
        removed = self._take_out([*gone, *refused], at)
        ids = [post.id for post in posts]
        with self._ledger.writing():
            # Erased by somebody else while we saved: the tombstone was not there when we looked.
            _, overtaken = self._without_tombstoned(kept)
            self._ledger.snapshots.add(posts)
            published = [post.created_at for post in posts if post.dated and post.created_at <= at]
            self._ledger.sources.note_post(brand.key, platform, published)
            for gap in page.gaps:
                self._ledger.gaps.add(brand.key, _of(platform, gap))
            for unreadable in page.unreadable:
                self._ledger.dead_letters.add(brand.key, platform, unreadable, at)
            self._ledger.windows.mark({*_touched(present, posts), *self._ledger.windows.leaving(ids)})
            self._ledger.windows.settled(ids)
            if move_cursor and page.cursor is not None and not overtaken:
                self._ledger.cursors.set(brand.key, platform, page.cursor)
        if overtaken:
            self._take_out(overtaken, at)
            if move_cursor and page.cursor is not None:
                self._ledger.cursors.set(brand.key, platform, page.cursor)
        return Admitted(
            new=len(saved.new),
            changed=len(saved.changed),
            unchanged=len(saved.unchanged),
            refused=len(refused),
            unreadable=len(page.unreadable),
            removed=removed,
        )

    def judge(self, judgements: Sequence[Judgement], at: datetime) -> int:
        """Attach assessments; returns how many. Posts that changed meanwhile keep waiting for theirs.

        What reviewers said of a text stays in force, whatever a model says now.
        """
        posts = [judgement.post for judgement in judgements]
        before = self._ledger.verdicts.newest(post.id for post in posts)
        words = self._ledger.verdicts.words(posts) if before else {}
        assessed = self._assess([_reviewed(judgement, words.get(judgement.post.id)) for judgement in judgements])
        after = self._ledger.verdicts.newest(post.id for post in posts)
        self.apply_verdicts([post_id for post_id, number in after.items() if before.get(post_id) != number], at)
        return assessed

    def apply_verdicts(self, post_ids: Iterable[str], at: datetime) -> None:
        """Bring what the ledger knows of reviewers into the index: safe to call at any time, by several at once.

        A post that is not judged needs nothing: its next judgement asks the ledger. No verdict outlives its post.
        """
        waiting = list(dict.fromkeys(post_ids))
        while waiting:
            newest = self._ledger.verdicts.newest(waiting)
            present = self._index.get(waiting)
            self._ledger.verdicts.erase_posts(sorted({*newest} - {post.id for post in present}))
            words = self._ledger.verdicts.words(present)
            changes = []
            for post in present:
                if post.assessment is not None:
                    now = reviewed(as_found(post.assessment), words.get(post.id, Word()))
                    if now != post.assessment:
                        changes.append(Judgement(post, now))
            self._assess(changes)
            # Somebody with an older log may have written after us, but then sees, here, that there is a newer one.
            later = self._ledger.verdicts.newest(waiting)
            self._ledger.verdicts.settled(newest.items())
            waiting = [post_id for post_id, number in later.items() if newest.get(post_id) != number]

    def _assess(self, judgements: Sequence[Judgement]) -> int:
        if not judgements:
            return 0
        pairs = _pairs(judgement.post for judgement in judgements)
        self._ledger.windows.mark(pairs)
        assessed = self._index.assess(judgements)
        # A recount between the mark and the write would have cleared the mark too early.
        self._ledger.windows.mark(pairs)
        return assessed

    def remove(self, post_ids: Sequence[str], reason: str, at: datetime) -> int:
        """These posts go and do not come back; their windows are counted again. Returns how many were there."""
        self._ledger.tombstones.add(post_ids, reason, at)
        return self._take_out(self._with_reposts(post_ids), at)

    def expire(self, brand: str, posts: Sequence[Post], at: datetime) -> int:
        """Posts past their time go; their windows are counted a last time and sealed, so that history stays.

        A post of several brands goes with the first of them: no text outlives a promise.
        """
        for key in {brand, *(name for post in posts for name in post.brands)}:
            latest = max((post.created_at for post in posts if key in post.brands), default=None)
            if latest is not None:
                self._seal(key, window_of(latest) + LENGTH)
        return self._take_out([post.id for post in posts], at)

    def erase_post(self, post_id: str, by: str, at: datetime) -> Erased:
        """The post, its reposts and all that belongs to them, also from the files; a tombstone stays."""
        posts = self.remove([post_id], "erased", at)
        self._audit(by, "erase a post", post_id, at)
        self._compact()
        return Erased(posts=posts)

    def erase_author(self, handle: str, platform: str | None, by: str, at: datetime) -> Erased:
        """Everything of an account on one platform, or on all that are known; it is not stored again.

        Safe to call twice, also after a kill. Others' posts that mention the author keep only a pseudonym that nobody
        can resolve any more.
        """
        platforms = [platform] if platform else sorted(self._platforms())
        posts = 0
        for name in platforms:
            key = author_key(self._keys.author, name, handle)
            self._ledger.tombstones.add_author(key, "erased", at)
            while ids := self._index.ids_of_author(key)[:_BATCH]:
                posts += self.remove(ids, "erased", at)
            self._ledger.vault.erase_author(key)
            self._audit(by, "erase an author", key, at)
        mentions = self._ledger.vault.forget_mentions(handle)
        letters = self._ledger.dead_letters.erase_naming([handle])
        self._compact()
        return Erased(posts=posts, dead_letters=letters, mentions=mentions)

    def honour_opt_outs(self, at: datetime) -> int:
        """Posts of authors who are newly on the list go, as after an erasure; returns how many. Safe to repeat."""
        gone = 0
        for platform in self._platforms() if self._opted_out.authors else ():
            for handle in self._opted_out.authors:
                key = author_key(self._keys.author, platform, handle)
                self._ledger.tombstones.add_author(key, "opted out", at)
                while ids := self._index.ids_of_author(key)[:_BATCH]:
                    gone += self.remove(ids, "opted out", at)
                self._ledger.vault.erase_author(key)
        return gone

    def _without_opted_out(self, page: Page) -> tuple[Page, list[str]]:
        """The page without what must not be stored even once, and the ids of those posts."""
        out = [post.id for post in page.posts if self._opted_out.covers(post)]
        posts = tuple(post for post in page.posts if post.id not in out)
        letters = tuple(letter for letter in page.unreadable if not self._opted_out.named_in(letter))
        return replace(page, posts=posts, unreadable=letters), out

    def _without_tombstoned(self, kept: list[tuple[Post, Identity]]) -> tuple[list[tuple[Post, Identity]], list[str]]:
        """Those that may be stored, and the ids of those that may not."""
        dead = self._ledger.tombstones.known(post.id for post, _ in kept)
        dead |= self._ledger.tombstones.known(post.reposted for post, _ in kept if post.reposted)
        silent = self._ledger.tombstones.known_authors(post.author for post, _ in kept if post.author)
        allowed = [
            (post, identity)
            for post, identity in kept
            if post.id not in dead and post.reposted not in dead and post.author not in silent
        ]
        may = {post.id for post, _ in allowed}
        return allowed, [post.id for post, _ in kept if post.id not in may]

    def _with_announced(self, page: Page, platform: str) -> Page:
        """The page with those removals among its ``removed`` that were announced to everybody and concern us."""
        if not page.removed_if_kept and not page.removed_authors:
            return page
        announced = {removal.post_id: removal for removal in page.removed_if_kept}
        for gone in page.removed_authors:
            key = author_key(self._keys.author, platform, gone.handle)
            announced |= {post_id: Removal(post_id, gone.reason) for post_id in self._index.ids_of_author(key)}
        ids = list(announced)
        kept = [post.id for at in range(0, len(ids), _BATCH) for post in self._index.get(ids[at : at + _BATCH])]
        return replace(page, removed=(*page.removed, *(announced[post_id] for post_id in kept)))

    def _with_reposts(self, post_ids: Sequence[str]) -> list[str]:
        """A repost carries the text of what it reposts, so it goes with it; the tombstone of that keeps it out."""
        return [*post_ids, *self._index.reposts_of(post_ids)]

    def _take_out(self, post_ids: Iterable[str], at: datetime) -> int:
        """Posts and all that belongs to them go, windows are marked; a repetition finishes what a kill left undone."""
        ids = list(dict.fromkeys(post_ids))
        if not ids:
            return 0
        present = self._index.get(ids)
        with self._ledger.writing():
            self._ledger.windows.settle_left_behind(at - _NO_LONGER_AT_WORK)
            self._ledger.windows.note_leaving(_places(present), at)
            self._ledger.windows.mark(_pairs(present))
            self._ledger.vault.erase_posts(ids)
            self._ledger.snapshots.erase_posts(ids)
            self._ledger.verdicts.erase_posts(ids)
        removed = self._index.remove(ids)
        with self._ledger.writing():
            self._ledger.windows.mark({*_pairs(removed), *self._ledger.windows.leaving(ids)})
            self._ledger.windows.settled(ids)
        return len(removed)

    def _seal(self, brand: str, before: datetime) -> None:
        """Count what is not counted yet, then let it stay so."""
        for dirty in self._ledger.windows.dirty(brand=brand):
            if dirty.start < before:
                self._ledger.windows.replace(dirty, self._index.tally(brand, dirty.start))
        self._ledger.windows.seal_before(brand, before)

    def _platforms(self) -> set[str]:
        counted = self._index.facets(Search(), ("platforms",), top=1_000)["platforms"]
        sources = (source.platform for source in self._ledger.sources.all())
        configured = (name for brand in self._brands for name in brand.platforms)
        return {*(count.value for count in counted), *sources, *configured}

    def _audit(self, by: str, action: str, subject: str, at: datetime) -> None:
        self._ledger.audit.append(by, Role.OPERATOR.value, action, subject, "privacy request", "", at)

    def _compact(self) -> None:
        self._index.compact()
        self._ledger.compact()


def _others(post: NativePost, listening: Sequence[tuple[Brand, str]]) -> list[Match]:
    """The brands whose query a post answers, as (brand, revision of its query)."""
    if not listening:
        return []
    found = Searchable.of(text_of(post.title, post.text), post.hashtags, post.mentions, primary(post.language))
    return [Match(brand.key, revision) for brand, revision in listening if brand.query.matches(found)]


def _of(platform: str, gap: Gap) -> Gap:
    """A gap's source begins with its platform, so that it can be found for it."""
    known = gap.source == platform or gap.source.startswith(f"{platform},")
    return gap if known else replace(gap, source=f"{platform}, {gap.source}")


def _pairs(posts: Iterable[Post]) -> set[Pair]:
    """The windows in which posts are counted: undated ones in none."""
    return {(brand, window_of(post.created_at)) for post in posts if post.dated for brand in post.brands}


def _touched(present: Iterable[Post], incoming: Iterable[Post]) -> set[Pair]:
    """Every window in which the union of stored and incoming copies may be counted."""
    brands: dict[str, set[str]] = {}
    starts: dict[str, set[datetime]] = {}
    for post in (*present, *incoming):
        brands.setdefault(post.id, set()).update(post.brands)
        if post.dated:
            starts.setdefault(post.id, set()).add(window_of(post.created_at))
    return {(brand, start) for post_id, some in starts.items() for start in some for brand in brands[post_id]}


def _moving(present: Iterable[Post], incoming: Iterable[Post]) -> list[Post]:
    """Posts as stored that may be in another window after the save."""
    dates = {post.id: post.created_at for post in incoming}
    return [post for post in present if window_of(post.created_at) != window_of(dates[post.id])]


def _reviewed(judgement: Judgement, said: Word | None) -> Judgement:
    """What a model found now, under the reviewers' word; what was overruled before was found by an earlier one."""
    found = replace(judgement.assessment, verdict=None, overruled=())
    return replace(judgement, assessment=reviewed(found, said or Word()))


def _places(posts: Iterable[Post]) -> list[tuple[str, Pair]]:
    return [(post.id, pair) for post in posts for pair in _pairs([post])]
