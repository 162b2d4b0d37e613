"""Which Windows code page a text is in, seen by the shape of its words."""

# Letters of Central Europe in 1250 that are signs or hardly used letters in 1252: ł ą ş ż ź ľ Ł Ą Ş Ż Ź ś ţ ť Ś Ţ.
_CENTRAL = frozenset(b"\xb3\xb9\xba\xbf\x9f\xbe\xa3\xa5\xaa\xaf\x8f\x9c\xfe\x9d\x8c\xde")


def guess_code_page(sample: bytes) -> int:
    """1251 (Cyrillic), 1255 (Hebrew), 1250 (Central European) or 1252 (Western), by the shape of the words.

    Our own, because charset-normalizer 3.5 rates short Hebrew as Cyrillic and Romanian as French (both tie there).
    """
    high = [(at, byte) for at, byte in enumerate(sample) if byte >= 0x80]
    letters = [(at, byte) for at, byte in high if byte >= 0xC0]
    runs = sum(1 for at, _ in letters if sample[at - 1 : at] >= b"\xc0" or sample[at + 1 : at + 2] >= b"\xc0")
    if letters and runs > 0.6 * len(letters):  # whole words above 0x80: no Latin script
        # Hebrew ends at 0xFA and has no capitals at 0xC0; Russian has ы ь э ю я up there in every sentence.
        not_hebrew = sum(1 for _, byte in letters if byte > 0xFA or byte < 0xE0)
        return 1255 if not_hebrew < 0.02 * len(letters) else 1251
    central = (at for at, byte in high if byte in _CENTRAL)
    in_words = sum(1 for at in central if sample[at - 1 : at].isalpha() or sample[at + 1 : at + 2].isalpha())
    return 1250 if in_words * 20 >= len(high) else 1252
