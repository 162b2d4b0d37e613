"""What people do to letters so that a machine misreads them; people still read the post as before.

Seeded by the caller, and independent of the tables with which Earshot undoes such things. Mentions and links stay
whole: a platform would no longer make links of them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from random import Random

Attack = Callable[[str, Random], str]

_WORD = re.compile(r"[^\W\d_]{2,}")
_WHOLE = re.compile(r"(@\S+|\b(?:https?://|www\.)\S+|\bhttp\b)")
_HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
# Marks, embeddings and isolates of a word's own direction: the word looks as before.
_MARKS = {"L": "\u200e", "R": "\u200f\u061c"}
_AROUND = {
    "L": (("\u202a", "\u202c"), ("\u2066", "\u2069"), ("\u2068", "\u2069")),
    "R": (("\u202b", "\u202c"), ("\u2067", "\u2069"), ("\u2068", "\u2069")),
}

# Of Unicode's confusables.txt (UTS #39, version 14): a letter, then those of others that share its skeleton. Latin with
# Cyrillic and Greek; Cyrillic with Latin and Greek; Hebrew with its wide letters and the mathematicians' ones.
_DOUBLES = (
    "aаα cсϲ dԁ eе hһ iіι jјϳ lӀ oоοσ pрρ qԛ rг sѕ uυ vѵν wԝ xх yуγү AАΑ BВΒ CСϹ EЕΕ GԌ HНΗ IІΙ JЈͿ KКΚ MМΜ NΝ OОΟ "
    "PРΡ SЅ TТΤ VѴ WԜ XХΧ YҮΥ ZΖ "
    "аaα вʙ гr еe иᴎ кκᴋ мᴍ нʜ оoο пπ рpρ сcϲ тᴛ уyγ фφɸ хx іiι ѕs яᴙ АAΑ ВBΒ ГΓ ЕEΕ КKΚ МMΜ НHΗ ОOΟ ПΠ РPΡ СCϹ ТTΤ "
    "ФΦ ХXΧ ІIΙ ЅS "
    "אℵﬡ בℶ גℷ דℸﬢ הﬣ כﬤ לﬥ םﬦ עﬠ רﬧ תﬨ"
)
CONFUSABLE = {letters[0]: letters[1:] for letters in _DOUBLES.split()}
_LEET = dict(zip("abegiostzабвезоч", "4839105724683304", strict=True)) | {"т": "7"}
_KEYBOARDS = (
    ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    ("קראטוןםפ", "שדגכעיחלךף", "זסבהנמצתץ"),
)
_NEAR = {
    letter: [near for near in (row[place - 1 : place] + row[place + 1 : place + 2]) if near]
    for rows in _KEYBOARDS
    for row in rows
    for place, letter in enumerate(row)
}
_NOT_ACCENTED = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ё": "е", "Ё": "Е"}


def zero_width(text: str, random: Random) -> str:
    """Characters without width between the letters of two words in three."""

    def hide(word: str) -> str:
        if random.random() < 1 / 3:
            return word
        return word[0] + "".join(
            (random.choice(_HIDDEN) if random.random() < 0.5 else "") + letter for letter in word[1:]
        )

    return _words(text, hide)


def homoglyphs(text: str, random: Random) -> str:
    """Half of the letters that have a double in another script are written with it: several a word."""

    def disguise(word: str) -> str:
        return "".join(
            random.choice(CONFUSABLE[letter]) if letter in CONFUSABLE and random.random() < 0.5 else letter
            for letter in word
        )

    return _words(text, disguise)


def bidi_controls(text: str, random: Random) -> str:
    """Marks of direction in a word, or an embedding of its own direction around it, for two words in three."""

    def wrap(word: str) -> str:
        chance = random.random()
        if chance < 1 / 3:
            return word
        if chance < 2 / 3:
            before, after = random.choice(_AROUND[_direction(word)])
            return before + word + after
        place = random.randrange(1, len(word))
        return word[:place] + random.choice(_MARKS[_direction(word)]) + word[place:]

    return _words(text, wrap)


def overrides(text: str, random: Random) -> str:
    """Every third word is stored backwards, and an override of direction shows it forwards."""

    def reverse(word: str) -> str:
        if random.random() < 2 / 3:
            return word
        return ("\u202e" if _direction(word) == "L" else "\u202d") + word[::-1] + "\u202c"

    return _words(text, reverse)


def full_width(text: str, random: Random) -> str:
    """Letters, digits and signs of ASCII in the width of Chinese ones; `#` stays, it makes the hashtag."""
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code) != "#"}
    return _between_whole(text, lambda part: part.translate(wide))


def missing_diacritics(text: str, random: Random) -> str:
    """As on a foreign keyboard: ``ș`` is ``s``, ``ł`` is ``l``, ``ё`` is ``е``, Hebrew without points."""

    def bare(letter: str) -> str:
        if letter in _NOT_ACCENTED:
            return _NOT_ACCENTED[letter]
        if "\u0400" <= letter <= "\u052f":
            return letter
        return "".join(part for part in unicodedata.normalize("NFD", letter) if unicodedata.category(part) != "Mn")

    return "".join(map(bare, text))


def typos(text: str, random: Random) -> str:
    """One slip of a finger in every fourth word: letters swapped, left out, doubled, or a neighbouring key."""

    def slip(word: str) -> str:
        if len(word) < 4 or random.random() < 0.75:
            return word
        place = random.randrange(1, len(word) - 1)
        before, here, after = word[:place], word[place], word[place + 1 :]
        near = random.choice(_NEAR.get(here.lower()) or [here])
        swapped = before + after[0] + here + after[1:]
        return random.choice((swapped, before + after, before + here + here + after, before + near + after))

    return _words(text, slip)


def upper_case(text: str, random: Random) -> str:
    return _between_whole(text, str.upper)


def leet(text: str, random: Random) -> str:
    """Digits for letters, two in three of those that have one, in half of the words. Hebrew has no such custom."""

    def write(word: str) -> str:
        if random.random() < 0.5:
            return word
        return "".join(_LEET[one.lower()] if one.lower() in _LEET and random.random() < 2 / 3 else one for one in word)

    return _words(text, write)


ATTACKS: Mapping[str, Attack] = {
    "zero-width": zero_width,
    "homoglyphs": homoglyphs,
    "bidi controls": bidi_controls,
    "bidi overrides": overrides,
    "full-width": full_width,
    "missing diacritics": missing_diacritics,
    "typos": typos,
    "upper case": upper_case,
    "leet": leet,
}


def _words(text: str, change: Callable[[str], str]) -> str:
    return _between_whole(text, lambda part: _WORD.sub(lambda match: change(match[0]), part))


def _between_whole(text: str, change: Callable[[str], str]) -> str:
    """Every other part is a mention or a link."""
    return "".join(part if place % 2 else change(part) for place, part in enumerate(_WHOLE.split(text)))


def _direction(word: str) -> str:
    return "L" if unicodedata.bidirectional(word[0]) == "L" else "R"
