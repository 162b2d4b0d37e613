"""Letters of one script that stand in for those of another: `pаypаl` with two Cyrillic letters is `paypal`.

Every replacement is one character for one, so that places in the text stay what they are.
"""

import re
from collections import Counter
from collections.abc import Mapping

_SCRIPTS = ("Latin", "Cyrillic", "Greek")
# Letters that look alike, in the order of the scripts above; a dot where a script has none. The first of several wins.
# Pairs of Unicode's confusables.txt (UTS #39) that people meet in posts.
_ALIKE = (
    "aаα cсϲ eе· iіι oоο oоσ pрρ rг· xхχ yуγ kкκ vѵν "
    "AАΑ BВΒ CСϹ EЕΕ HНΗ IІΙ JЈͿ KКΚ MМΜ N·Ν OОΟ PРΡ TТΤ XХΧ YУΥ Z·Ζ ·пπ ·фφ ·ГΓ ·ПΠ ·ФΦ ·ЛΛ"
)
# Letters that few languages have: they disguise others and are disguised by none.
_RARE = "dԁ hһ jј jϳ lӏ lӀ qԛ sѕ uυ uц wԝ yү GԌ SЅ VѴ WԜ YҮ"
# Those that resemble each other in some fonts or in capitals only: good enough inside a word that mixes scripts.
_RESEMBLING = "bьβ eєε hн· kк· mм· nпη tтτ uи· bв· ·лλ ·дδ"
# Small capitals and phonetic letters are of Latin script and of no alphabet.
_NOBODYS = "aɑ· gɡ· iɩ· aᴀ· bʙ· cᴄ· dᴅ· eᴇ· gɢ· hʜ· iɪ· jᴊ· kᴋ· lʟ· mᴍ· nɴ· oᴏ· pᴘ· rʀ· tᴛ· uᴜ· vᴠ· wᴡ· yʏ· zᴢ·"
_NOBODYS_CYRILLIC = "вʙ кᴋ мᴍ нʜ тᴛ иᴎ яᴙ пᴨ гᴦ лᴫ еᴇ оᴏ аᴀ сᴄ рᴘ фɸ"

_RANGES = {"Latin": "A-Za-z\u00c0-\u024f", "Cyrillic": "\u0400-\u052f", "Greek": "\u0370-\u03ff\u1f00-\u1fff"}
_OF = {script: re.compile(f"[{letters}]") for script, letters in _RANGES.items()}
_ODD = "".join(dict.fromkeys(pair[1] for pair in (_NOBODYS + " " + _NOBODYS_CYRILLIC).split()))
_WORD = re.compile(f"(?<![@\\w])(?!http\\b)[{''.join(_RANGES.values())}{_ODD}]+")
_FOREIGN = re.compile(f"[{_RANGES['Cyrillic']}{_RANGES['Greek']}{_ODD}]")


def _table(groups: str, script: str) -> dict[str, str]:
    """Every letter of the other scripts to its double in this one."""
    place = _SCRIPTS.index(script)
    found: dict[str, str] = {}
    for group in groups.split():
        for other, letter in enumerate(group):
            if other != place and letter != "·" and group[place] != "·":
                found.setdefault(letter, group[place])
    return found


def _odd_table(script: str) -> dict[str, str]:
    if script == "Latin":
        return {pair[1]: pair[0] for pair in _NOBODYS.split()}
    return {pair[1]: pair[0] for pair in _NOBODYS_CYRILLIC.split()} if script == "Cyrillic" else {}


_TO_LATIN = {pair[1]: pair[0] for pair in _RARE.split()}
_SURE = {script: _table(_ALIKE, script) | (_TO_LATIN if script == "Latin" else {}) for script in _SCRIPTS}
_MIXED = {script: _table(_RESEMBLING, script) | _SURE[script] | _odd_table(script) for script in _SCRIPTS}
_SURE_TABLES = {script: str.maketrans(table) for script, table in _SURE.items()}
_MIXED_TABLES = {script: str.maketrans(table) for script, table in _MIXED.items()}
_LETTERS = {script: frozenset(c for c in map(chr, range(0x250)) if _OF[script].match(c)) for script in ("Latin",)} | {
    script: frozenset(c for c in map(chr, range(0x370, 0x2000)) if _OF[script].match(c)) for script in _SCRIPTS[1:]
}
_TELLTALE = {
    script: _LETTERS[script] - frozenset().union(*(_SURE[other].keys() for other in _SCRIPTS if other != script))
    for script in _SCRIPTS
}


def one_script(text: str) -> str:
    """Every word that mixes scripts is written in the one in which all of it can be written; where several will do, in
    that of the text. A word that is honestly mixed stays, and so do foreign words in a text that has more of them."""
    if text.isascii() or not _FOREIGN.search(text):
        return text
    here = {script for script in _SCRIPTS if _OF[script].search(text)}
    if len(here) < 2 and not any(letter in text for letter in _ODD):
        return text
    votes = _votes(text)
    return _WORD.sub(lambda match: _put_right(match[0], votes), text)


def _votes(text: str) -> Counter[str]:
    """How many letters of each script have no double in another: they say what a text is written in."""
    words = "".join(_WORD.findall(text))
    return Counter({script: sum(letter in _TELLTALE[script] for letter in words) for script in _SCRIPTS})


def _put_right(word: str, votes: Mapping[str, int]) -> str:
    inside = Counter(script for letter in word for script in _SCRIPTS if letter in _LETTERS[script])
    if len(inside) == 1 and sum(inside.values()) == len(word):
        return _in_disguise(word, next(iter(inside)), votes)
    possible = [s for s in _SCRIPTS if all(letter in _LETTERS[s] or letter in _MIXED[s] for letter in word)]
    if not possible:
        return word
    best = max(possible, key=lambda script: (votes[script], inside[script]))
    return word.translate(_MIXED_TABLES[best])


def _in_disguise(word: str, own: str, votes: Mapping[str, int]) -> str:
    """A word of one script in a text of another: disguised if every letter of it has a double there, and nothing else
    in the text is surely of its script. Capitals stay in Cyrillic and Greek posts: IT and CEO stand in many."""
    other = max(_SCRIPTS, key=lambda script: votes[script])
    if other == own or not votes[other] or votes[own] or not all(letter in _SURE[other] for letter in word):
        return word
    if own == "Latin" and (len(word) > 1 or word.isupper()):
        return word
    return word.translate(_SURE_TABLES[other])
