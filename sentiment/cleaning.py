"""What the model reads: one cleaning, used by training and by serving alike.

Whoever changes a line here changes what the bundled model was trained on: train again, or the scores no longer hold.
"""

import html
import re
import unicodedata

from sentiment.hashtags import NO_WORDS, KnownWords, hashtag_words
from sentiment.homoglyphs import one_script

# Runs of unspaced scripts end a link: people glue them to addresses ("看http://t.co/abc很好").
_LINK = re.compile(
    r"(?:https?://|www\.|pic\.twitter\.com/|\bt\.co/)[^\s\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]+"
    r"|\bhttp\b(?!\w)",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![\w@/.])@\w(?:[\w.\-]*\w)?(?:@\w[\w.\-]*\w)?|(?<![\w/])/?u/[\w\-]{3,}")
# Not \w: Python leaves combining marks out of it, and Hindi, Thai or pointed Hebrew tags would break in two.
_TAG = re.compile(
    r"(?<![\w&])[#＃]([^\s#＃!-/:-@\[-^`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u060c\u061b\u061f"
    r"\u0964\u0965\u2000-\u200b\u200e-\u206f\u2190-\u2bff\u3000-\u3004\u3008-\u3020\uff01-\uff0f\uff1a-\uff20"
    r"\U0001f000-\U0001ffff]+)"
)
# Zero width and bidirectional controls; the two joiners (200c, 200d) are looked at one by one.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_JOINER = re.compile(r"[\u200c\u200d]+")
# Also halves of surrogate pairs: no tokenizer takes them.
_BLANK = re.compile(r"[\s\u0000-\u001f\u007f-\u009f\u2800\u3164\uffa0\ud800-\udfff]+")
_LONG_RUN = re.compile(r"([^\d\s])\1{3,}")
# Letters in disguise (bold, fullwidth, circled, ligatures). Whole NFKC would take Thai and Korean letters apart.
_STYLED = re.compile(
    r"[\u1d2c-\u1d6a\u2100-\u218b\u2460-\u24ff\ufb00-\ufdfb\ufe70-\ufefc\uff01-\uff5e\uff61-\uff9f\U0001d400-\U0001d7ff]+"
)
# Overrides of direction, within which words may be stored backwards and be shown forwards.
_OVERRIDE = re.compile(r"[\u202d\u202e]([^\n\u202a-\u202e]*)\u202c?")
# A post in capitals is read as one in small letters: the encoder knows few words in capitals.
_LETTERS_OF_A_SHOUT, _SHARE_OF_CAPITALS = 12, 0.8

MENTION_TOKEN = "@user"
LINK_TOKEN = "http"


def for_model(text: str, known: KnownWords = NO_WORDS) -> str:
    """The text as the encoder sees it: one line, `@user`, `http`, letters of one script a word, hashtags as words.

    `known` words tell where a tag in one case falls apart, and whether letters are stored backwards. Idempotent.
    """
    text = _tidy(text, known)
    text = _LINK.sub(LINK_TOKEN, text)
    text = one_script(_MENTION.sub(MENTION_TOKEN, text))
    text = _TAG.sub(lambda match: f" {hashtag_words(match[1], known)} ", text)
    text = _LONG_RUN.sub(r"\1\1\1", text)
    return _calm(_BLANK.sub(" ", text).strip())


def _calm(text: str) -> str:
    capitals = sum(map(str.isupper, text))
    if capitals < _LETTERS_OF_A_SHOUT or capitals < _SHARE_OF_CAPITALS * (capitals + sum(map(str.islower, text))):
        return text
    return text.lower()


def without_marks_of_platform(text: str) -> str:
    """The text less its links, mentions and hashtags: what the author said in words."""
    text = _TAG.sub(" ", _MENTION.sub(" ", _LINK.sub(" ", _tidy(text))))
    return _BLANK.sub(" ", text).strip()


def is_empty(text: str) -> bool:
    """True when no letter, digit or emoji is left beside links, mentions and hashtags."""
    return not any(_says_something(character) for character in without_marks_of_platform(text))


def _tidy(text: str, known: KnownWords = NO_WORDS) -> str:
    text = _OVERRIDE.sub(lambda match: _as_shown(match[1], known), html.unescape(text))
    text = _INVISIBLE.sub("", text)
    text = _JOINER.sub(_joiner_that_counts, text)
    return _STYLED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), unicodedata.normalize("NFC", text))


def _as_shown(stored: str, known: KnownWords) -> str:
    """Letters in an override of direction, in the order in which more of their words are known."""
    turned = stored[::-1]
    forwards, backwards = (sum(map(known.knows, one.split())) for one in (stored, turned))
    return turned if backwards > forwards else stored


def _joiner_that_counts(match: re.Match[str]) -> str:
    """Joiners shape Persian and Indic words and build emoji; between other letters they only hide a word."""
    text, start, end = match.string, match.start(), match.end()
    if start == 0 or end == len(text):
        return ""
    before, after = text[start - 1], text[end]
    if _is_shaped(before) and _is_shaped(after):
        return match[0][0]
    if "\u200d" in match[0] and _is_pictorial(before) and _is_pictorial(after):
        return "\u200d"
    return ""


def _is_shaped(character: str) -> bool:
    code = ord(character)
    return 0x0600 <= code <= 0x109F or 0x1780 <= code <= 0x18AF or 0xFB50 <= code <= 0xFDFF


def _is_pictorial(character: str) -> bool:
    code = ord(character)
    return code >= 0x1F000 or 0x2190 <= code <= 0x2BFF or code == 0xFE0F


def _says_something(character: str) -> bool:
    """Letters, digits and pictures. Keycaps and variation selectors alone say nothing."""
    if character.isalnum():
        return True
    return unicodedata.category(character) == "So" and character not in "©®"
