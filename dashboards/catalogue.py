"""What the reader reads: messages from catalogues, and dates, numbers and lists as his language writes them.

English is the source. The catalogues are ``locale/<language>/LC_MESSAGES/earshot.po``; they are compiled in memory, and
no binary lies in the repository.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

LANGUAGES: Mapping[str, str] = {"en": "English", "ro": "Română", "ru": "Русский", "he": "עברית", "pl": "Polski"}
"""Languages of the interface, by their own names."""

# Plain "en" writes dates and hours as in the United States; our readers are elsewhere.
_FORMATS = {"en": "en_GB"}

FOLDER = Path(__file__).parent / "locale"


def mark(message: str) -> str:
    """Marks a message for the catalogues where it is written; it is translated where it is shown."""
    return message


def po_file(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "earshot.po"


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of ``language``; English needs none."""
    if language == "en":
        return NullTranslations()
    with po_file(language).open("rb") as file:
        catalogue = read_po(file, locale=language, domain="earshot")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="earshot")


@dataclass(frozen=True, slots=True)
class Words:
    """How one reader is spoken to. ``now`` is what relative times are counted from."""

    language: str
    zone: ZoneInfo
    now: datetime

    @property
    def locale(self) -> Locale:
        return Locale.parse(_FORMATS.get(self.language, self.language))

    @property
    def direction(self) -> str:
        return str(self.locale.text_direction)

    def say(self, message: str, **values: object) -> str:
        """``message`` in the reader's language, as plain text."""
        said = str(translations(self.language).gettext(message))
        return said % values if values else said.replace("%%", "%")

    def say_n(self, one: str, many: str, n: int, **values: object) -> str:
        """Like :meth:`say`, in the plural form of ``n``; ``%(n)s`` is the number as the language writes it."""
        said = str(translations(self.language).ngettext(one, many, n))
        return said % {"n": self.number(n), **values}

    def say_html(self, message: str, **values: object) -> Markup:
        """Like :meth:`say` for a page: values are escaped unless they are :class:`Markup` themselves."""
        return Markup(escape(translations(self.language).gettext(message))) % values

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.locale))

    def compact(self, value: int) -> str:
        """``12K``: for audiences, which are rounded anyway."""
        return str(format_compact_decimal(value, locale=self.locale, fraction_digits=0))

    def score(self, value: float) -> str:
        """Two digits after the point."""
        return str(format_decimal(value, "0.00", locale=self.locale))

    def dollars(self, value: Decimal) -> str:
        return str(format_currency(value, "USD", locale=self.locale))

    def percent(self, share: float) -> str:
        return str(format_percent(round(share, 2), locale=self.locale))

    def exact(self, at: datetime) -> str:
        """Date and time in the reader's zone, with the zone named."""
        local = at.astimezone(self.zone)
        return f"{format_datetime(local, 'medium', locale=self.locale)} {local.tzname()}"

    def clock(self, at: datetime) -> str:
        """The time of day; with the date if it is another day."""
        local = at.astimezone(self.zone)
        if local.date() == self.now.astimezone(self.zone).date():
            return str(format_time(local, "short", locale=self.locale))
        return str(format_datetime(local, "short", locale=self.locale))

    def day(self, at: datetime | date) -> str:
        local = at.astimezone(self.zone) if isinstance(at, datetime) else at
        return str(format_date(local, "d MMM", locale=self.locale))

    def hour(self, at: datetime) -> str:
        return str(format_time(at.astimezone(self.zone), "short", locale=self.locale))

    def ago(self, at: datetime) -> str:
        """``3 hours ago``; ``in 2 hours`` for the future."""
        delta = at - self.now
        if abs(delta) < timedelta(seconds=45):
            return self.say("just now")
        return str(format_timedelta(delta, add_direction=True, threshold=0.95, locale=self.locale))

    def lasting(self, delta: timedelta) -> str:
        return str(format_timedelta(delta, threshold=0.95, locale=self.locale))

    def language_name(self, code: str | None) -> str:
        """``Romanian`` for ``ro``, in the reader's language; the code itself where nobody knows a name."""
        if not code or code == "und":
            return self.say("unknown language")
        return str(self.locale.languages.get(code.split("-")[0]) or code)

    def listing(self, items: Iterable[str]) -> str:
        return str(format_list(list(items), locale=self.locale))

    def listing_html(self, items: Iterable[Markup]) -> Markup:
        """A list of pieces that are safe already."""
        return Markup(format_list([str(item) for item in items], locale=self.locale))
