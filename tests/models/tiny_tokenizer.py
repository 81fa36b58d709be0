"""Two whole but tiny tokenizers: byte-level BPE as GPT-2's, and SentencePiece as Llama's."""

from __future__ import annotations

import string
from dataclasses import dataclass

import gguf

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
PRINTABLE = (string.ascii_letters + string.digits + string.punctuation + " ").encode()


@dataclass(frozen=True)
class TinyTokenizer:
    """`answer_ids` are the tokens of one printable ASCII character each."""

    model: str
    pre: str
    tokens: tuple[str, ...]
    token_types: tuple[int, ...]
    scores: tuple[float, ...]
    merges: tuple[str, ...]
    bos_id: int
    eos_id: int
    add_bos: bool
    answer_ids: tuple[int, ...]


def _byte_letters() -> dict[int, str]:
    """GPT-2's printable stand-in for each byte (bytes_to_unicode of its encoder.py)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    letters = {byte: chr(byte) for byte in plain}
    return letters | {byte: chr(256 + index) for index, byte in enumerate(others)}


def bpe() -> TinyTokenizer:
    """256 bytes, a few merges, and ChatML's special tokens (0 ends a text, 2 a turn)."""
    specials = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    letters = _byte_letters()
    space = letters[0x20]
    merges = (f"{space} t", "h e", f"{space}t he", "i n", "e r")
    tokens = (*specials, *letters.values(), *(merge.replace(" ", "") for merge in merges))
    ids = {token: index for index, token in enumerate(tokens)}
    return TinyTokenizer(
        model="gpt2",
        pre="gpt-2",
        tokens=tokens,
        token_types=(_CONTROL,) * len(specials) + (_NORMAL,) * (len(tokens) - len(specials)),
        scores=(),
        merges=merges,
        bos_id=0,
        eos_id=2,
        add_bos=False,
        answer_ids=tuple(ids[letters[byte]] for byte in PRINTABLE),
    )


def sentencepiece() -> TinyTokenizer:
    """<unk>, <s>, </s>, 256 byte tokens, and a few pieces."""
    specials = ("<unk>", "<s>", "</s>")
    pieces = ("\u2581", "\u2581t", "he", "\u2581the", "in", "er", *string.ascii_lowercase)
    tokens = (*specials, *(f"<0x{byte:02X}>" for byte in range(256)), *pieces)
    return TinyTokenizer(
        model="llama",
        pre="",
        tokens=tokens,
        token_types=(_UNKNOWN, _CONTROL, _CONTROL) + (_BYTE,) * 256 + (_NORMAL,) * len(pieces),
        scores=(0.0,) * 259 + tuple(-float(rank) for rank in range(1, len(pieces) + 1)),
        merges=(),
        bos_id=1,
        eos_id=2,
        add_bos=True,
        answer_ids=tuple(3 + byte for byte in PRINTABLE),
    )


def add_tokenizer(writer: gguf.GGUFWriter, tokenizer: TinyTokenizer, chat_template: str) -> None:
    """Put the tokenizer into a file's metadata; an empty template is left out."""
    writer.add_tokenizer_model(tokenizer.model)
    if tokenizer.pre:
        writer.add_tokenizer_pre(tokenizer.pre)
    writer.add_token_list(list(tokenizer.tokens))
    writer.add_token_types(list(tokenizer.token_types))
    if tokenizer.scores:
        writer.add_token_scores(list(tokenizer.scores))
    if tokenizer.merges:
        writer.add_token_merges(list(tokenizer.merges))
    writer.add_bos_token_id(tokenizer.bos_id)
    writer.add_eos_token_id(tokenizer.eos_id)
    writer.add_add_bos_token(tokenizer.add_bos)
    if chat_template:
        writer.add_chat_template(chat_template)
