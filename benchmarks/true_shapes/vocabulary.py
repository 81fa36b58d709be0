"""A made-up byte-level BPE vocabulary of a model's true length."""

from __future__ import annotations

import string
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

import gguf

SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_NORMAL, _CONTROL = 1, 3
_PRINTABLE = (*string.ascii_letters, *string.digits, *string.punctuation, "\u0120")


def add_vocabulary(writer: gguf.GGUFWriter, n_vocab: int) -> None:
    """The special tokens of ChatML, 256 bytes, then every two and three printable ASCII characters.

    Token 0 ends a text and 2 a turn.
    """
    tokens, merges = _tokens_and_merges(n_vocab)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([_CONTROL] * len(SPECIALS) + [_NORMAL] * (n_vocab - len(SPECIALS)))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHATML)


@lru_cache(maxsize=1)
def _tokens_and_merges(n_vocab: int) -> tuple[list[str], list[str]]:
    tokens = [*SPECIALS, *_byte_letters()]
    merges = list(islice(_merges(), n_vocab - len(tokens)))
    return tokens + [merge.replace(" ", "") for merge in merges], merges


def _merges() -> Iterator[str]:
    pairs = ["".join(pair) for pair in product(_PRINTABLE, repeat=2)]
    yield from (" ".join(pair) for pair in pairs)
    yield from (f"{pair} {letter}" for pair, letter in product(pairs, _PRINTABLE))


def _byte_letters() -> list[str]:
    """GPT-2's printable stand-in for each byte (bytes_to_unicode of its encoder.py)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    return [chr(byte) for byte in plain] + [chr(256 + index) for index in range(256 - len(plain))]
