"""The tokenizer's long lists in a header: noted once, stepped over in files of the same model."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from runtime.gguf.problems import damaged
from runtime.gguf.ranged import Cursor
from runtime.gguf.values import SkippedArray, Value, ValueType, shown
from runtime.language import tr

_TYPE_AND_COUNT = struct.Struct("<IIQ")
_PREFIX = "tokenizer."


@dataclass(frozen=True)
class LongLists:
    """Lists that follow one another in a header and were too long to keep.

    `begin` is where the first one's key begins, `size_bytes` goes from behind that key to the end
    of the last list.
    """

    values: Mapping[str, SkippedArray]
    begin: int
    size_bytes: int

    def begin_here(self, key: str, cursor: Cursor) -> bool:
        """Whether a list of the first one's type and length follows `key`."""
        first, value = next(iter(self.values.items()))
        if key != first:
            return False
        expected = _TYPE_AND_COUNT.pack(ValueType.ARRAY, value.element_type, value.count)
        return cursor.peek(len(expected)) == expected

    def step_over(self, metadata: dict[str, Value], cursor: Cursor) -> None:
        """Take all of the lists as they were in the other file, without reading any."""
        for key in self.values:
            if key in metadata:
                raise damaged(tr('Its header has the key "{key}" twice.', key=shown(key)))
        metadata.update(self.values)
        cursor.skip(self.size_bytes)


@dataclass(frozen=True)
class _Noted:
    key: str
    value: SkippedArray
    key_begin: int
    value_begin: int
    end: int


class ListNotes:
    """Notes the long lists of one header while it is read."""

    def __init__(self) -> None:
        self._noted: list[_Noted] = []

    def note(self, key: str, value: Value, key_begin: int, value_begin: int, end: int) -> None:
        if isinstance(value, SkippedArray):
            self._noted.append(_Noted(key, value, key_begin, value_begin, end))

    def lists(self) -> LongLists | None:
        """None unless all of them are the tokenizer's and nothing stands between them."""
        noted = self._noted
        if not noted or any(not item.key.startswith(_PREFIX) for item in noted):
            return None
        if any(item.end != after.key_begin for item, after in itertools.pairwise(noted)):
            return None
        return LongLists(
            MappingProxyType({item.key: item.value for item in noted}),
            noted[0].key_begin,
            noted[-1].end - noted[0].value_begin,
        )
