"""A model's vocabulary: text to tokens and tokens to bytes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

from runtime.engine.bindings import llama
from runtime.whole_text import whole_text


class Vocabulary:
    """Wraps `llama_vocab` of a loaded model, whose life bounds it."""

    def __init__(self, model_pointer: Any) -> None:
        self._vocab = llama.llama_model_get_vocab(model_pointer)
        self._bos: int = llama.llama_vocab_bos(self._vocab)
        self._piece_buffer = ctypes.create_string_buffer(256)
        self._shown: dict[int, bytes] = {}

    @property
    def pointer(self) -> Any:
        """llama.cpp's own, for samplers that need it."""
        return self._vocab

    def show(self, marks: Iterable[str]) -> None:
        """Let `piece` write out those of `marks` that are special tokens of this vocabulary."""
        for mark in marks:
            tokens = self.tokenize(mark, add_special=False)
            if len(tokens) == 1 and self.special_text(tokens[0]) == mark:
                self._shown[tokens[0]] = mark.encode()

    def text(self, tokens: Iterable[int]) -> str:
        """The text of `tokens`, as their pieces have it."""
        return b"".join(map(self.piece, tokens)).decode("utf-8", "replace")

    def tokenize(self, text: str, *, add_special: bool = True) -> list[int]:
        """Tokens of `text`; special tokens written in it are parsed.

        A template that writes the BOS token itself must not get a second one from the tokenizer.
        """
        data = whole_text(text).encode()
        size = len(data) + 8
        while True:
            tokens = (llama.llama_token * size)()
            count = llama.llama_tokenize(
                self._vocab, data, len(data), tokens, size, add_special, True
            )
            if count >= 0:
                break
            size = -count
        found = list(tokens[:count])
        if len(found) > 1 and found[0] == found[1] == self._bos:
            del found[0]
        return found

    def piece(self, token: int) -> bytes:
        """The bytes of one token, special tokens as nothing but for those of `show`."""
        if token in self._shown:
            return self._shown[token]
        length = llama.llama_token_to_piece(
            self._vocab, token, self._piece_buffer, len(self._piece_buffer), 0, False
        )
        if length < 0:
            self._piece_buffer = ctypes.create_string_buffer(-length)
            return self.piece(token)
        return self._piece_buffer.raw[:length]

    def special_text(self, token: int) -> str:
        """A special token as templates write it, "" for none (-1)."""
        if token < 0:
            return ""
        text = llama.llama_vocab_get_text(self._vocab, token)
        return text.decode("utf-8", "replace") if text else ""

    @property
    def size(self) -> int:
        return int(llama.llama_vocab_n_tokens(self._vocab))

    @property
    def bos_text(self) -> str:
        return self.special_text(self._bos)

    @property
    def eos_text(self) -> str:
        return self.special_text(llama.llama_vocab_eos(self._vocab))

    def is_end(self, token: int) -> bool:
        """Whether `token` ends the answer (EOS, EOT and the like)."""
        return bool(llama.llama_vocab_is_eog(self._vocab, token))
