"""Reads a GGUF header from a file or by range, trusting no number in it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.gguf.header import GgufHeader, TensorInfo
from runtime.gguf.long_lists import ListNotes, LongLists
from runtime.gguf.problems import damaged, ends_early, not_gguf, unreadable
from runtime.gguf.ranged import CHUNK_BYTES, Cursor, RangedReader, open_ranges
from runtime.gguf.tensor_types import TENSOR_TYPES, TensorType
from runtime.gguf.values import Value, ValueReader, shown
from runtime.language import marked, number, tr

MAGIC = b"GGUF"
READ_VERSIONS = (2, 3)
MAX_METADATA_PAIRS = 1 << 12
MAX_TENSORS = 1 << 15  # The most seen is about 29,000: single experts, 60 layers x 160 x 3.
MAX_MODEL_BYTES = 1 << 46  # 70 TB
DEFAULT_ALIGNMENT = 32
_MAX_DIMENSIONS = 4  # GGML_MAX_DIMS
_MAX_NAME_BYTES = 63  # GGML_MAX_NAME, with its final zero
_MAX_ELEMENTS = (1 << 63) - 1
_SMALLEST_PAIR_BYTES = 8 + 1 + 4 + 1
_SMALLEST_TENSOR_BYTES = 8 + 1 + 4 + 4 + 8

_VERSION = struct.Struct("<I")
_COUNTS = struct.Struct("<QQ")
_DIMENSIONS = struct.Struct("<I")
_LENGTHS = tuple(struct.Struct(f"<{count}Q") for count in range(_MAX_DIMENSIONS + 1))
_TYPE_AND_OFFSET = struct.Struct("<IQ")


def read_header(source: Path | RangedReader, chunk_bytes: int = CHUNK_BYTES) -> GgufHeader:
    """The header of one GGUF file; of a split model, of this part alone.

    Reads `chunk_bytes` at a time and keeps under 64 MB whatever the file says. Raises CoterieError
    of kind "model_unreadable" for a file that is not GGUF, is cut short or contradicts itself. A
    ranged reader's own errors pass through.
    """
    if isinstance(source, Path):
        with open_ranges(source) as ranges:
            return _read(Cursor(ranges, chunk_bytes)).header
    return _read(Cursor(source, chunk_bytes)).header


@dataclass(frozen=True)
class MappedHeader:
    """A header, where its long lists lie (None where they can't be stepped over) and its end.

    `stepped_over`: the lists are another file's, and were not read here.
    """

    header: GgufHeader
    lists: LongLists | None
    end: int
    stepped_over: bool


def read_mapped(
    source: RangedReader, chunk_bytes: int = CHUNK_BYTES, known: LongLists | None = None
) -> MappedHeader:
    """As `read_header`, and where the long lists are.

    `known` are the lists of another file of the same model. Where those of this file begin alike
    they are not read but taken from there. All else is read and checked as ever, so lists of
    another size put the reading out of step, which shows: check that the tensors fill the file.
    """
    return _read(Cursor(source, chunk_bytes), known)


def _read(cursor: Cursor, known: LongLists | None = None) -> MappedHeader:
    version = _read_version(cursor)
    tensor_count, pair_count = (int(count) for count in cursor.unpack(_COUNTS))
    _check_count(cursor, pair_count, MAX_METADATA_PAIRS, _SMALLEST_PAIR_BYTES, _SO_MANY_VALUES)
    _check_count(cursor, tensor_count, MAX_TENSORS, _SMALLEST_TENSOR_BYTES, _SO_MANY_TENSORS)
    values = ValueReader(cursor)
    notes = ListNotes()
    metadata, stepped_over = _read_metadata(cursor, values, pair_count, notes, known)
    split_index, split_count = _split(metadata)
    if tensor_count == 0 and split_count == 1:
        raise unreadable(
            tr("The model file has no weights"),
            tr("This is a GGUF file, but it holds no tensors: perhaps only a vocabulary."),
            tr("Choose the file with the weights."),
        )
    alignment = _alignment(metadata)
    tensors = _read_tensors(cursor, values, tensor_count, alignment)
    end = cursor.position
    data_offset = _aligned(cursor.position, alignment) if tensors else cursor.position
    if tensors:
        _check_data(data_offset + tensors[-1].offset + tensors[-1].bytes, cursor.file_bytes)
    header = GgufHeader(
        version, metadata, tensors, data_offset, cursor.file_bytes, split_index, split_count
    )
    return MappedHeader(header, notes.lists(), end, stepped_over)


def _read_version(cursor: Cursor) -> int:
    beginning = cursor.peek(32)
    if not beginning.startswith(MAGIC):
        raise not_gguf(beginning)
    cursor.skip(len(MAGIC))
    version = int(cursor.unpack(_VERSION)[0])
    if version in READ_VERSIONS:
        return version
    title = tr("The model file is of another version")
    if version & 0xFFFF == 0 and version:
        message = tr("This GGUF file was made for big-endian machines; this one is little-endian.")
        raise unreadable(title, message, tr("Download the little-endian file of this model."))
    message = tr(
        "This GGUF file is of version {version}; versions 2 and 3 can be read.", version=version
    )
    remedy = tr("Convert it again.") if version < READ_VERSIONS[0] else tr("Update Coterie.")
    raise unreadable(title, message, remedy)


_SO_MANY_VALUES = marked("Its header says that it has {count} values.")
_SO_MANY_TENSORS = marked("Its header says that it has {count} tensors.")


def _check_count(cursor: Cursor, count: int, most: int, smallest_bytes: int, so_many: str) -> None:
    if count > most:
        raise damaged(tr(so_many, count=number(count, ",")))
    cursor.require(count * smallest_bytes)


def _read_metadata(
    cursor: Cursor,
    values: ValueReader,
    pair_count: int,
    notes: ListNotes,
    known: LongLists | None,
) -> tuple[dict[str, Value], bool]:
    """The metadata, and whether the known lists were stepped over."""
    metadata: dict[str, Value] = {}
    stepped_over = False
    while len(metadata) < pair_count:
        key_begin = cursor.position
        key = values.text()
        if not key:
            raise damaged(tr("Its header has a value without a key."))
        if key in metadata:
            raise damaged(tr('Its header has the key "{key}" twice.', key=shown(key)))
        if known is not None and known.begin_here(key, cursor):
            known.step_over(metadata, cursor)
            stepped_over = True
            continue
        value_begin = cursor.position
        metadata[key] = values.value(key)
        notes.note(key, metadata[key], key_begin, value_begin, cursor.position)
    if len(metadata) > pair_count:
        raise damaged(tr("Its header has more values than it says."))
    return metadata, stepped_over


def _split(metadata: Mapping[str, Value]) -> tuple[int, int]:
    index, count = metadata.get("split.no", 0), metadata.get("split.count", 1)
    if isinstance(index, int) and isinstance(count, int):
        count = max(count, 1)  # Writers of single files may state 0.
        if 0 <= index < count <= 0xFFFF:
            return index, count
    raise damaged(
        tr("Its header says which part of a split model it is, but the numbers do not fit.")
    )


def _alignment(metadata: Mapping[str, Value]) -> int:
    alignment = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
    if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1):
        raise damaged(tr("The alignment in its header is not a power of two."))
    return alignment


def _aligned(offset: int, alignment: int) -> int:
    return (offset + alignment - 1) & -alignment


def _read_tensors(
    cursor: Cursor, values: ValueReader, count: int, alignment: int
) -> tuple[TensorInfo, ...]:
    tensors: list[TensorInfo] = []
    names: set[str] = set()
    expected_offset = 0
    for _ in range(count):
        tensor = _read_tensor(cursor, values)
        if tensor.name in names:
            raise damaged(tr('It has the tensor "{name}" twice.', name=shown(tensor.name)))
        # The engine demands this too (gguf.cpp), so tensors can neither overlap nor run backwards.
        if tensor.offset != expected_offset:
            raise damaged(
                tr(
                    'The tensor "{name}" does not begin where it should.',
                    name=shown(tensor.name),
                )
            )
        names.add(tensor.name)
        expected_offset += _aligned(tensor.bytes, alignment)
        tensors.append(tensor)
    return tuple(tensors)


def _read_tensor(cursor: Cursor, values: ValueReader) -> TensorInfo:
    name = values.text()
    dimensions = int(cursor.unpack(_DIMENSIONS)[0])
    if not 0 < len(name.encode()) <= _MAX_NAME_BYTES or dimensions > _MAX_DIMENSIONS:
        raise damaged(tr('The entry of the tensor "{name}" makes no sense.', name=shown(name)))
    shape = tuple(int(length) for length in cursor.unpack(_LENGTHS[dimensions]))
    type_id, offset = (int(part) for part in cursor.unpack(_TYPE_AND_OFFSET))
    kind = TENSOR_TYPES.get(type_id)
    if kind is None:
        raise unreadable(
            tr("The model's format is not known"),
            tr('The tensor "{name}" has the unknown type {type}.', name=shown(name), type=type_id),
            tr("Update Coterie, or choose the model in another quantisation."),
        )
    return TensorInfo(name, shape, kind, offset, _tensor_bytes(name, shape, kind))


def _tensor_bytes(name: str, shape: tuple[int, ...], kind: TensorType) -> int:
    elements = 1
    for length in shape:
        elements *= length
    row = shape[0] if shape else 1
    if elements > _MAX_ELEMENTS or row % kind.block_elements:
        raise damaged(
            tr(
                'The tensor "{name}" has a shape that its type {type} forbids.',
                name=shown(name),
                type=kind.name,
            )
        )
    return elements // kind.block_elements * kind.block_bytes


def _check_data(whole_bytes: int, file_bytes: int) -> None:
    if whole_bytes > MAX_MODEL_BYTES:
        raise damaged(tr("Its tensors would be larger than any model is."))
    if whole_bytes > file_bytes:
        raise ends_early(file_bytes, whole_bytes)
