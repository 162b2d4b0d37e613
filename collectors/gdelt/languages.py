"""Languages as GDELT's translator names them (three letters), and as we do (two, where there are two)."""

_TWO = {
    "afr": "af", "alb": "sq", "sqi": "sq", "ara": "ar", "arm": "hy", "hye": "hy", "aze": "az", "baq": "eu",
    "eus": "eu", "bel": "be", "ben": "bn", "bos": "bs", "bul": "bg", "cat": "ca", "chi": "zh", "zho": "zh",
    "cze": "cs", "ces": "cs", "dan": "da", "dut": "nl", "nld": "nl", "eng": "en", "est": "et", "fin": "fi",
    "fre": "fr", "fra": "fr", "geo": "ka", "kat": "ka", "ger": "de", "deu": "de", "glg": "gl", "gre": "el",
    "ell": "el", "guj": "gu", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "ice": "is", "isl": "is",
    "ind": "id", "ita": "it", "jpn": "ja", "kan": "kn", "kaz": "kk", "kor": "ko", "lav": "lv", "lit": "lt",
    "mac": "mk", "mkd": "mk", "mal": "ml", "mar": "mr", "may": "ms", "msa": "ms", "mon": "mn", "nep": "ne",
    "nno": "nn", "nob": "nb", "nor": "no", "pan": "pa", "per": "fa", "fas": "fa", "pol": "pl", "por": "pt",
    "rum": "ro", "ron": "ro", "rus": "ru", "sin": "si", "slo": "sk", "slk": "sk", "slv": "sl", "som": "so",
    "spa": "es", "srp": "sr", "swa": "sw", "swe": "sv", "tam": "ta", "tel": "te", "tgl": "tl", "tha": "th",
    "tib": "bo", "bod": "bo", "tur": "tr", "ukr": "uk", "urd": "ur", "uzb": "uz", "vie": "vi",
}  # fmt: skip


def language_of(translation: str) -> str | None:
    """From a record's note on its translation (``srclc:ron;eng:…``); without one it was written in English."""
    if not translation.strip():
        return "en"
    for part in translation.split(";"):
        name, _, code = part.strip().partition(":")
        if name == "srclc":
            return _TWO.get(code.strip().casefold())
    return None
