"""The 250,000 word pieces of the pretrained model, cut to those our posts use. The embedding table is most of the file.

Cut before training: a unigram tokenizer splits what is gone into smaller pieces, and the model should meet them so.
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from sentiment.training.data import raw_lines

SEEN_AT_LEAST = 20
# No labelled posts, but people write in them: their raw text votes too.
UNLABELLED = ("uk", "ja", "ca")
_SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def cut(full: Path, texts: list[str], target: Path) -> np.ndarray:
    """Writes the small tokenizer.json and returns, for each new id, the old one."""
    tokenizer = Tokenizer.from_file(str(full))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    seen: Counter[int] = Counter()
    lines = texts + [line for language in UNLABELLED for line in raw_lines(language, 20_000)]
    for start in range(0, len(lines), 20_000):
        for encoding in tokenizer.encode_batch_fast(lines[start : start + 20_000], add_special_tokens=False):
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
