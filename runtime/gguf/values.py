"""The typed values of GGUF metadata. Long lists, as a tokenizer's, are counted and not kept."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from runtime.gguf.problems import damaged, size_text
from runtime.gguf.ranged import MAX_HEADER_BYTES, Cursor
from runtime.language import number, tr

MAX_KEPT_ELEMENTS = 1024  # A list by layer has at most 512 (LLAMA_MAX_LAYERS).
MAX_KEPT_ELEMENTS_IN_ALL = 1 << 16
MAX_KEPT_TEXT_BYTES = 4 << 20
MAX_LISTED_TEXTS = 1 << 22

_COUNT = struct.Struct("<Q")
_TYPE = struct.Struct("<I")
_TYPE_AND_COUNT = struct.Struct("<IQ")


class ValueType(IntEnum):
    """`enum gguf_type`."""

    UINT8 = 0
    INT8 = 1
    UINT16 = 2
    INT16 = 3
    UINT32 = 4
    INT32 = 5
    FLOAT32 = 6
    BOOL = 7
    STRING = 8
    ARRAY = 9
    UINT64 = 10
    INT64 = 11
    FLOAT64 = 12


_LAYOUTS = {
    ValueType.UINT8: "B",
    ValueType.INT8: "b",
    ValueType.UINT16: "H",
    ValueType.INT16: "h",
    ValueType.UINT32: "I",
    ValueType.INT32: "i",
    ValueType.FLOAT32: "f",
    ValueType.BOOL: "?",
    ValueType.UINT64: "Q",
    ValueType.INT64: "q",
    ValueType.FLOAT64: "d",
}
_SCALARS = {kind: struct.Struct("<" + letter) for kind, letter in _LAYOUTS.items()}


@dataclass(frozen=True, slots=True)
class SkippedArray:
    """A list that is in the file but was too long to keep."""

    element_type: ValueType
    count: int


Scalar = int | float | bool | str
Value = Scalar | tuple[Scalar, ...] | SkippedArray


class ValueReader:
    """Reads the values of one header, within one allowance for all the text it keeps or counts."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._text_bytes_left = MAX_KEPT_TEXT_BYTES
        self._listed_texts_left = MAX_LISTED_TEXTS
        self._elements_left = MAX_KEPT_ELEMENTS_IN_ALL

    def text(self) -> str:
        """A length and as many bytes of UTF-8; bytes that are not UTF-8 are replaced."""
        length = self._count()
        if length > self._text_bytes_left and length <= self._cursor.left_bytes:
            raise damaged(
                tr(
                    "Its header holds a text of {size}, more than any model has.",
                    size=size_text(length),
                )
            )
        raw = self._cursor.take(length)
        self._text_bytes_left -= length
        return raw.decode("utf-8", "replace")

    def value(self, key: str) -> Value:
        """A value of any type, by the type number before it. `key` names it in an error."""
        kind = _value_type(int(self._cursor.unpack(_TYPE)[0]), key)
        if kind is ValueType.STRING:
            return self.text()
        if kind is ValueType.ARRAY:
            return self._array(key)
        scalar: Scalar = self._cursor.unpack(_SCALARS[kind])[0]
        return scalar

    def _array(self, key: str) -> tuple[Scalar, ...] | SkippedArray:
        type_id, count = (int(part) for part in self._cursor.unpack(_TYPE_AND_COUNT))
        kind = _value_type(type_id, key)
        if kind is ValueType.ARRAY:
            # The format allows lists of lists; no model uses one and the engine refuses them.
            raise damaged(tr('"{key}" in its header is a list of lists.', key=shown(key)))
        if kind is ValueType.STRING:
            return self._texts(count, key)
        layout = _SCALARS[kind]
        self._check_count(count, layout.size, key)
        if not self._keeps(count):
            self._cursor.skip(count * layout.size)
            return SkippedArray(kind, count)
        return self._cursor.unpack(struct.Struct(f"<{count}{_LAYOUTS[kind]}"))

    def _texts(self, count: int, key: str) -> tuple[str, ...] | SkippedArray:
        self._check_count(count, _COUNT.size, key)
        if self._keeps(count):
            return tuple(self.text() for _ in range(count))
        if count > self._listed_texts_left:
            raise damaged(
                tr(
                    '"{key}" in its header lists {count} texts.',
                    key=shown(key),
                    count=number(count, ","),
                )
            )
        self._listed_texts_left -= count
        self._cursor.skip_texts(count)
        return SkippedArray(ValueType.STRING, count)

    def _keeps(self, count: int) -> bool:
        if count > min(MAX_KEPT_ELEMENTS, self._elements_left):
            return False
        self._elements_left -= count
        return True

    def _check_count(self, count: int, element_bytes: int, key: str) -> None:
        if count * element_bytes > MAX_HEADER_BYTES:
            raise damaged(
                tr(
                    '"{key}" in its header says that it has {count} elements.',
                    key=shown(key),
                    count=number(count, ","),
                )
            )
        self._cursor.require(count * element_bytes)

    def _count(self) -> int:
        return int(self._cursor.unpack(_COUNT)[0])


def _value_type(type_id: int, key: str) -> ValueType:
    try:
        return ValueType(type_id)
    except ValueError:
        raise damaged(
            tr('"{key}" in its header has the unknown type {type}.', key=shown(key), type=type_id)
        ) from None


def shown(name: str) -> str:
    """A name from a file as an error may show it: printable and at most 60 characters."""
    printable = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:61]
    )
    return printable if len(printable) <= 60 else printable[:59] + "…"
