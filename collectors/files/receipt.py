"""What became of a file, in numbers and in sentences."""

from collections import Counter
from dataclasses import dataclass, field

from .mapping import Mapping


def many(count: int, what: str) -> str:
    """``1 row``, ``1,200 rows``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was left out."""

    line: int
    reason: str
    part: str = ""
    """The sheet of a workbook or the member of an archive, where a file has several."""

    def __str__(self) -> str:
        return f"{self.part}, line {self.line}: {self.reason}" if self.part else f"line {self.line}: {self.reason}"


@dataclass(slots=True)
class Tally:
    """The numbers of a receipt while the file is being read."""

    rows: int = 0
    posts: int = 0
    repeated: int = 0
    same_text: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    undated: int = 0
    without_zone: int = 0
    unlikely_dates: int = 0
    rounded_ids: int = 0
    not_public: int = 0
    platforms_known: int = 0
    other_platforms: Counter[str] = field(default_factory=Counter)
    counted_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """``rows`` = ``posts`` + ``repeated`` + ``not_public`` + ``rejected``. ``rejections`` are the first of them.

    ``repeated`` rows say the same as an earlier one in every mapped column, so they are one post. ``same_text`` posts
    have the text of another one and differ elsewhere. Both are counted exactly unless ``counted_all`` is false (very
    large files), and then they are lower bounds.
    """

    file: str
    form: str
    encoding: str
    mapping: Mapping
    rows: int = 0
    posts: int = 0
    repeated: int = 0
    same_text: int = 0
    rejected: int = 0
    rejections: tuple[Rejection, ...] = ()
    undated: int = 0
    without_zone: int = 0
    unlikely_dates: int = 0
    rounded_ids: int = 0
    not_public: int = 0
    other_platforms: tuple[str, ...] = ()
    counted_all: bool = True
    notes: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """The receipt for people, one line each."""
        least = "" if self.counted_all else "at least "
        said = [
            f"{self.file} ({self.form}, {self.encoding}): {many(self.rows, 'row')}, {many(self.posts, 'post')}.",
            f"Columns: {self.mapping}.",
            *self.notes,
        ]
        if self.repeated:
            said.append(f"{least}{self.repeated:,} rows repeat another one in every column used: they are one post.")
        if self.same_text:
            said.append(f"{least}{self.same_text:,} posts have the text of another one but differ in another column.")
        if self.not_public:
            said.append(f"Not public, and left out: {many(self.not_public, 'row')}.")
        if self.rounded_ids:
            said.append(
                f"A spreadsheet rounded {many(self.rounded_ids, 'id')}; those were not used. Make the id column text "
                "before you save, and a later export updates these posts."
            )
        if self.undated:
            said.append(f"Without a date: {many(self.undated, 'post')}, to be searched, and in no chart and no alert.")
        if self.unlikely_dates:
            said.append(f"Not believed: {many(self.unlikely_dates, 'date')} before 1995 or in the future.")
        if self.without_zone:
            said.append(f"Without a time zone: {many(self.without_zone, 'date')}. UTC was taken.")
        if self.other_platforms:
            others = ", ".join(self.other_platforms)
            said.append(f"No platforms that Earshot knows: {others}. Those posts count as 'files'.")
        if self.rejected:
            said.append(f"Rejected: {many(self.rejected, 'row')}.")
            said += [f"  {each}" for each in self.rejections]
            more = self.rejected - len(self.rejections)
            said += [f"  and {more:,} more"] if more else []
        return tuple(said)
