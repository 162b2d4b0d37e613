"""What turns texts into word pieces: a tokenizer.json, or whatever else `transformers` can read."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from tokenizers import Tokenizer

from listening.errors import ConfigError
from sentiment.backends import brief
from sentiment.hashtags import NO_WORDS, KnownWords


class Pieces(Protocol):
    """Turns texts into word piece numbers, cut to the longest the network reads; all of them are below `size`."""

    padding: int
    size: int

    @property
    def known_words(self) -> KnownWords:
        """Finds the words of a hashtag among the pieces."""
        ...

    def split(self, texts: Sequence[str]) -> list[list[int]]: ...


class FastPieces:
    """A tokenizer.json, read by the library that `transformers` itself uses for it: 0.2 s, where importing
    `transformers` takes two seconds and 100 MB more."""

    def __init__(self, file: Path, longest: int, padding: int) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # the library has no narrower one
            raise ConfigError(f"{file} is no tokenizer ({brief(error)}) — fetch the file again.") from error
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.no_padding()
        self._longest = longest
        self.padding = padding
        self.size = 1 + max(self._tokenizer.get_vocab(with_added_tokens=True).values(), default=0)

    @cached_property
    def known_words(self) -> KnownWords:
        """Made when first asked for: of 100,000 pieces it takes a tenth of a second."""
        numbers = self._tokenizer.get_vocab()
        return KnownWords.of_pieces(sorted(numbers, key=numbers.__getitem__))

    def split(self, texts: Sequence[str]) -> list[list[int]]:
        return _cut_by_tokens(texts, self._longest, self._encode)

    def _encode(self, texts: list[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(texts)]


class TransformersPieces:
    """Any tokenizer that `transformers` knows."""

    def __init__(self, source: str, longest: int) -> None:
        from transformers import AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(source, local_files_only=True, trust_remote_code=False)
        except Exception as error:  # each kind of tokenizer fails in its own way
            raise ConfigError(
                f"{source} has no tokenizer that transformers can read ({brief(error)}) — save one beside the model: "
                "AutoTokenizer.from_pretrained(…).save_pretrained(…) writes tokenizer.json."
            ) from error
        self._longest = longest
        self.known_words: KnownWords = NO_WORDS
        self.padding = int(self._tokenizer.pad_token_id or 0)
        self.size = 1 + max(self._tokenizer.get_vocab().values(), default=0)

    def split(self, texts: Sequence[str]) -> list[list[int]]:
        return _cut_by_tokens(texts, self._longest, self._encode)

    def _encode(self, texts: list[str]) -> list[list[int]]:
        found: list[list[int]] = self._tokenizer(texts, truncation=True, max_length=self._longest)["input_ids"]
        return found


# No language of ours has words of more characters a piece; a text of other stuff is read whole.
_CHARACTERS_A_PIECE = 32


def _cut_by_tokens(
    texts: Sequence[str], longest: int, encode: Callable[[list[str]], list[list[int]]]
) -> list[list[int]]:
    """As if every text were split whole and cut after `longest` pieces. Both libraries do split it whole, and keep what
    is cut off, so a book takes a second and 100 MB: its beginning is tried first, which nearly always fills the row."""
    beginning = longest * _CHARACTERS_A_PIECE
    ids = encode([text[:beginning] for text in texts])
    for row, text in enumerate(texts):
        if len(text) > beginning and len(ids[row]) < longest:
            ids[row] = encode([text])[0]
    return ids
