"""Reading one file into pages: the core of ``earshot import`` and of the drop folder."""

import json
from collections.abc import Generator, Iterator
from collections.abc import Mapping as Dict
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from listening.collecting import Page, Unreadable
from listening.errors import UnreadableInput
from listening.posts import NativePost

from .dates import DayOrder, find_day_order
from .exports import shaped
from .mapping import Mapping
from .opening import find_tables
from .posts import to_post
from .receipt import Receipt, Rejection, Tally
from .rows import Broken, Row
from .tables import Table

PAGE_ROWS = 500
_SHOWN = 20
_REMEMBERED = 300_000  # rows whose repetitions are noticed: 20 MB at most
_CONTENT = ("text", "title", "hashtags", "media")


def read_file(
    path: Path,
    mapping: Dict[str, str] | None = None,
    *,
    at: datetime,
    imported: bool = True,
    skip_rows: int = 0,
    page_rows: int = PAGE_ROWS,
) -> "Reading":
    """Pages of the posts in a file, without cursors. ``mapping``: field → column, where the names do not tell.

    Raises :class:`UnreadableInput` if the file is none of posts; a row that is none is in its page's ``unreadable``.
    """
    return Reading(path, mapping or {}, at, imported, skip_rows, page_rows)


class Reading(Iterator[Page]):
    """A file being read, in bounded memory. ``receipt`` is right at any time, and complete at the end."""

    def __init__(
        self, path: Path, chosen: Dict[str, str], at: datetime, imported: bool, skip_rows: int, page_rows: int
    ) -> None:
        self._path, self._chosen, self._at, self._imported = path, chosen, at, imported
        Mapping.of((), chosen)  # refuses fields that do not exist, before anything is read
        try:
            found = find_tables(path, self._has_posts)
        except OSError as error:
            raise UnreadableInput(f"{path.name}: the file cannot be opened ({error.strerror}).") from error
        self.tables, self._notes = found.tables, found.notes
        self.rows_done = skip_rows
        """Rows of the file that the pages so far have dealt with, rejected ones included."""
        self._mappings: dict[tuple[str, ...], Mapping] = {}
        self._columns: dict[str, None] = {}
        self._tally = Tally()
        self._seen: set[int] = set()
        self._texts: set[int] = set()
        for table in self.tables:
            if table.layout.columns:
                self._demand_content(table.layout.columns)
        self._pages = self._read(skip_rows, page_rows)

    def __next__(self) -> Page:
        return next(self._pages)

    def close(self) -> None:
        """Let go of the file before its end. Safe to call twice."""
        self._pages.close()

    def _has_posts(self, columns: tuple[str, ...]) -> bool:
        fields = Mapping.of(columns, self._chosen).fields
        return any(name in fields for name in _CONTENT)

    @property
    def mapping(self) -> Mapping:
        """How the columns were mapped; of JSON Lines, those seen so far. A column ``source`` is the platform only if it
        ever names one."""
        found = Mapping.of(self._columns, self._chosen)
        tally = self._tally
        return found.without("platform") if tally.other_platforms and not tally.platforms_known else found

    @property
    def receipt(self) -> Receipt:
        tally = self._tally
        return Receipt(
            file=self._path.name,
            form=", ".join(dict.fromkeys(table.layout.form.value for table in self.tables)),
            encoding=", ".join(dict.fromkeys(t.layout.encoding.codec.replace("cp", "windows-") for t in self.tables)),
            mapping=self.mapping,
            rows=tally.rows,
            posts=tally.posts,
            repeated=tally.repeated,
            same_text=tally.same_text,
            rejected=tally.rejected,
            rejections=tuple(tally.rejections),
            undated=tally.undated,
            without_zone=tally.without_zone,
            unlikely_dates=tally.unlikely_dates,
            other_platforms=tuple(name for name, _ in tally.other_platforms.most_common(10) if tally.platforms_known),
            counted_all=tally.counted_all,
            rounded_ids=tally.rounded_ids,
            not_public=tally.not_public,
            notes=(*self._notes, *(note for table in self.tables for note in table.layout.notes)),
        )

    def _read(self, skip: int, size: int) -> Generator[Page, None, None]:
        posts: dict[str, NativePost] = {}
        unreadable: list[Unreadable] = []
        taken = 0
        for table in self.tables:
            with closing(table.rows()) as rows:
                order = find_day_order(map(self._date_of, rows))
            with closing(table.rows()) as rows:
                for row in rows:
                    if skip > 0:
                        skip -= 1
                        continue
                    post = self._post(row, table, order)
                    # The same post twice, perhaps edited: one page after the other, so that the store can decide.
                    if taken >= size or (isinstance(post, NativePost) and post.id in posts):
                        self.rows_done += taken
                        yield Page(posts=tuple(posts.values()), unreadable=tuple(unreadable))
                        posts, unreadable, taken = {}, [], 0
                    if isinstance(post, NativePost):
                        posts[post.id] = post
                    elif post:
                        unreadable.append(post)
                    taken += 1
        if taken:
            self.rows_done += taken
            yield Page(posts=tuple(posts.values()), unreadable=tuple(unreadable))

    def _post(self, row: Row | Broken, table: Table, order: DayOrder | None) -> NativePost | Unreadable | None:
        """None for a row that repeats another one, or was never public."""
        self._tally.rows += 1
        if isinstance(row, Broken):
            return self._reject(row, row.reason, table)
        try:
            values = shaped(row.values | {"author": table.author} if table.author else row.values)
            if values is None:
                self._tally.not_public += 1
                return None
            mapping = self._mapping_of(tuple(values))
            post = to_post(values, mapping, self._at, self._imported, order, self._tally)
        except UnreadableInput as error:
            return self._reject(row, str(error), table)
        if self._is_repeated(post):
            self._tally.repeated += 1
            return None
        self._tally.posts += 1
        return post

    def _is_repeated(self, post: NativePost) -> bool:
        whole = hash((post.id, post.text, post.created_at, post.edited_at, post.counts))
        if whole in self._seen:
            return True
        if len(self._seen) >= _REMEMBERED:
            self._tally.counted_all = False
            return False
        self._seen.add(whole)
        if post.text:
            text = hash(post.text)
            self._tally.same_text += text in self._texts
            self._texts.add(text)
        return False

    def _reject(self, row: Row | Broken, reason: str, table: Table) -> Unreadable:
        self._tally.rejected += 1
        if len(self._tally.rejections) < _SHOWN:
            self._tally.rejections.append(Rejection(row.line, reason, table.name))
        part = f", {table.name}" if table.name else ""
        source = f"{self._path.name}{part}, line {row.line}"
        if isinstance(row, Row) and table.layout.columns:
            # By field, because without the file's heading nobody could read it again.
            mapping = self._mapping_of(tuple(row.values))
            fields = {column: name for name, column in mapping.fields.items()}
            rest = {column: value for column, value in row.values.items() if column not in fields}
            named = {**rest, **mapping.cells(row.values)}
            return Unreadable(
                source=source, raw=json.dumps(named, ensure_ascii=False).encode(), reason=f"{source}: {reason}."
            )
        # Damaged bytes were read as lone surrogates (PEP 383); they become the same bytes again.
        return Unreadable(source=source, raw=row.raw.encode("utf-8", "surrogateescape"), reason=f"{source}: {reason}.")

    def _mapping_of(self, columns: tuple[str, ...]) -> Mapping:
        found = self._mappings.get(columns)
        if found is None:
            if len(self._mappings) >= 1_000:  # a file in which every row has other keys
                self._mappings.clear()
            found = self._mappings[columns] = Mapping.of(columns, self._chosen)
            if len(self._columns) < 1_000:
                self._columns |= dict.fromkeys(columns)
        return found

    def _date_of(self, row: Row | Broken) -> Any:
        if isinstance(row, Broken):
            return None
        return row.values.get(self._mapping_of(tuple(row.values)).fields.get("created_at", ""))

    def _demand_content(self, columns: tuple[str, ...]) -> None:
        heading = ", ".join(f"'{column[:40]}'" for column in columns[:12])
        mapping = self._mapping_of(columns)
        for name, column in self._chosen.items():
            if column and name not in mapping.fields and name not in mapping.same:
                raise UnreadableInput(
                    f"{self._path.name}, line 1: there is no column '{column}' (for {name}); the heading is {heading}."
                )
        if not any(name in mapping.fields for name in _CONTENT):
            raise UnreadableInput(
                f"{self._path.name}, line 1: no column holds the text of the posts; the heading is {heading}. "
                "Name one 'text', or say which it is (text=COLUMN)."
            )
