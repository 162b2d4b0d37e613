"""The 250,000 word pieces of the pretrained model, cut to those our posts use.

Cut before training: a unigram tokenizer splits what is gone into smaller pieces, and the model should meet them so.
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from sentiment.hashtags import KnownWords
from sentiment.training import base, data
from sentiment.training.places import MAX_TOKENS, VOCABULARY

SEEN_AT_LEAST = 13
# No labelled posts, but people write in them: their raw text votes too.
UNLABELLED = ("uk", "ja", "ca")
_SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_FILE = VOCABULARY / "tokenizer.json"
_KEPT = VOCABULARY / "kept_pieces.npy"


def kept_pieces() -> np.ndarray:
    """For each new id the old one. Made once: a resumed run must not number its pieces anew."""
    if not _KEPT.exists():
        VOCABULARY.mkdir(parents=True, exist_ok=True)
        texts = data.sentiment_rows().texts + data.offensive_rows().texts
        np.save(_KEPT, _cut(base.fetch()[1], texts, _FILE))
    return np.load(_KEPT)


def tokenizer_file() -> Path:
    kept_pieces()
    return _FILE


def tokenizer() -> Tokenizer:
    small = Tokenizer.from_file(str(tokenizer_file()))
    small.enable_truncation(MAX_TOKENS)
    return small


def known_words() -> KnownWords:
    content = json.loads(tokenizer_file().read_text(encoding="utf-8"))
    return KnownWords.of_pieces(piece for piece, _ in content["model"]["vocab"])


def _cut(full: Path, texts: list[str], target: Path) -> np.ndarray:
    whole = Tokenizer.from_file(str(full))
    whole.no_truncation()
    whole.no_padding()
    seen: Counter[int] = Counter()
    lines = texts + [line for language in UNLABELLED for line in data.raw_lines(language, 20_000)]
    for start in range(0, len(lines), 20_000):
        for encoding in whole.encode_batch_fast(lines[start : start + 20_000], add_special_tokens=False):
            seen.update(encoding.ids)
    content = json.loads(full.read_text(encoding="utf-8"))
    pieces = content["model"]["vocab"]
    kept = [
        i
        for i, (piece, _) in enumerate(pieces)
        if piece in _SPECIALS or len(piece.removeprefix("▁")) <= 1 or seen[i] >= SEEN_AT_LEAST
    ]
    content["model"]["vocab"] = [pieces[i] for i in kept]
    new_ids = {old: new for new, old in enumerate(kept)}
    for token in content["added_tokens"]:
        token["id"] = new_ids[token["id"]]
    content["truncation"] = content["padding"] = None
    target.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return np.array(kept)
