"""Letters of one script that stand in for those of another: `pаypаl` with two Cyrillic letters is `paypal`.

The pairs are those of Unicode's confusables.txt (UTS #39) that people meet in posts, and a few that only resemble each
other in capitals. Every replacement is one character for one, so that places in the text stay what they are.
"""

import re

_PAIRS = {
    "Cyrillic": (
        "аАвВеЕкКмМнНоОрРсСтТуУхХіІјЈѕЅԁһҺԛԝѵӏӀ",
        "aAbBeEkKmMhHoOpPcCtTyYxXiIjJsSdhHqwvlI",
    ),
    "Greek": ("αΑΒεΕΖΗηιΙκΚΜΝνοΟρΡτΤυΥχΧ", "aABeEZHniIkKMNvoOpPtTuYxX"),
}
_LETTERS = {"Latin": "A-Za-z\u00c0-\u024f", "Cyrillic": "\u0400-\u052f", "Greek": "\u0370-\u03ff\u1f00-\u1fff"}
_TO_LATIN = {name: str.maketrans(theirs, latin) for name, (theirs, latin) in _PAIRS.items()}
# Where two letters of a script look like one Latin letter, the commoner comes first in the pairs and wins.
_FROM_LATIN = {
    name: str.maketrans(dict(reversed(list(zip(latin, theirs, strict=True)))))
    for name, (theirs, latin) in _PAIRS.items()
}
# Small capitals and phonetic letters: of Latin script, and of no alphabet.
_ODD_LETTERS = str.maketrans("ɑɡɩᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ", "agiabcdeghijklmnoprtuvwyz")
_ODD = re.compile("[ɑɡɩᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ]")
_OTHERS = re.compile(f"[{_LETTERS['Cyrillic']}{_LETTERS['Greek']}]")
_WORD = re.compile(f"(?<![@\\w])(?!http\\b)[{''.join(_LETTERS.values())}]+")
_OF_SCRIPT = {name: re.compile(f"[{letters}]") for name, letters in _LETTERS.items()}
# Letters that cannot be taken for one of the other script: they say what a word is.
_SURE = {name: re.compile(f"(?![{theirs}])[{_LETTERS[name]}]") for name, (theirs, _) in _PAIRS.items()}
_SURE_LATIN = {name: re.compile(f"(?![{latin}])[{_LETTERS['Latin']}]") for name, (_, latin) in _PAIRS.items()}


def one_script(text: str) -> str:
    """Every word that mixes scripts is written in the one that its telltale letters belong to; a word without
    telltale letters follows the rest of the text. A word that is honestly mixed (`iPhone'ом`) stays."""
    if text.isascii():
        return text
    if _ODD.search(text):
        text = text.translate(_ODD_LETTERS)
    if not (_OTHERS.search(text) and _OF_SCRIPT["Latin"].search(text)):
        return text
    for other in _PAIRS:
        if _OF_SCRIPT[other].search(text):
            text = _between_latin_and(other, text)
    return text


def _between_latin_and(other: str, text: str) -> str:
    words = _WORD.findall(text)
    latin = sum(1 for word in words if _SURE_LATIN[other].search(word))
    theirs = sum(1 for word in words if _SURE[other].search(word))

    def decide(match: re.Match[str]) -> str:
        word = match[0]
        is_theirs, is_latin = _SURE[other].search(word), _SURE_LATIN[other].search(word)
        if is_theirs and is_latin:
            return word
        mixed = _OF_SCRIPT[other].search(word) and _OF_SCRIPT["Latin"].search(word)
        if mixed:
            to_latin = bool(is_latin) or (not is_theirs and latin >= theirs)
        elif latin and not theirs:
            to_latin = True
        elif theirs and not latin and len(word) == 1 and word.islower():
            # Longer ones may be honest: IT, CEO, OK stand in many a Russian post.
            to_latin = False
        else:
            return word
        return word.translate(_TO_LATIN[other] if to_latin else _FROM_LATIN[other])

    return _WORD.sub(decide, text)
