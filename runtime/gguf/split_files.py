"""Models split over files named `NAME-00001-of-00003.gguf`: their parts, read as one model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from runtime.gguf.header import GgufHeader, TensorInfo
from runtime.gguf.problems import damaged, unreadable
from runtime.gguf.reader import MAX_TENSORS, read_header
from runtime.language import number, tr

_PART_NAME = re.compile(r"(?P<stem>.+)-(?P<index>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)
_MAX_LISTED = 5


def model_stem(path: Path) -> str:
    """The file's name without `.gguf` and without what numbers it as a part."""
    match = _PART_NAME.fullmatch(path.name)
    return match["stem"] if match else path.stem


def first_part(path: Path) -> Path:
    """The file that stands for the whole model: the first part, or `path` itself."""
    return part_paths(path)[0]


def part_paths(path: Path) -> tuple[Path, ...]:
    """Every part that should be there, by the name of any one of them; at least `path` itself."""
    match = _PART_NAME.fullmatch(path.name)
    if not match or not 0 < int(match["index"]) <= int(match["count"]):
        return (path,)
    stem, count = match["stem"], int(match["count"])
    suffix = path.name[-len(".gguf") :]
    return tuple(
        path.with_name(f"{stem}-{index:05d}-of-{count:05d}{suffix}")
        for index in range(1, count + 1)
    )


def read_model(path: Path) -> GgufHeader:
    """The whole model that `path` is, or is a part of, as one header.

    Metadata, version and data offset are the first part's; tensors and sizes those of all parts.
    Raises CoterieError of kind "model_unreadable", also when parts are missing or do not belong
    together.
    """
    paths = part_paths(path)
    missing = [part.name for part in paths if not part.exists()]
    if missing and len(paths) > 1:
        raise _parts_missing(missing, len(paths))
    return joined([read_header(part) for part in paths], path.name)


def joined(headers: Sequence[GgufHeader], name: str) -> GgufHeader:
    """The headers of a model's parts, in order, as one; `name` is what an error calls it.

    Raises CoterieError of kind "model_unreadable" when they do not belong together.
    """
    _check_parts(headers, name)
    if len(headers) == 1:
        return headers[0]
    return replace(
        headers[0],
        tensors=_all_tensors(headers),
        file_bytes=sum(header.file_bytes for header in headers),
    )


def _check_parts(headers: Sequence[GgufHeader], name: str) -> None:
    for index, header in enumerate(headers):
        if (header.split_index, header.split_count) == (index, len(headers)):
            continue
        if len(headers) == 1:
            raise unreadable(
                tr("Parts of the model are missing"),
                tr(
                    "{name} is part {part} of {count}, but its name does not say so, and the other "
                    "parts cannot be found.",
                    name=name,
                    part=header.split_index + 1,
                    count=header.split_count,
                ),
                tr("Give the files their first names back, as NAME-00001-of-00002.gguf."),
            )
        raise damaged(
            tr(
                "Part {part} of {count} does not belong to the others.",
                part=index + 1,
                count=len(headers),
            )
        )


def _all_tensors(headers: Sequence[GgufHeader]) -> tuple[TensorInfo, ...]:
    tensors = tuple(
        replace(tensor, part=index)
        for index, header in enumerate(headers)
        for tensor in header.tensors
    )
    if len({tensor.name for tensor in tensors}) != len(tensors):
        raise damaged(tr("Two of its parts hold the same tensor."))
    if not 0 < len(tensors) <= MAX_TENSORS:
        raise damaged(
            tr("Its parts hold {count} tensors together.", count=number(len(tensors), ","))
        )
    return tensors


def _parts_missing(missing: list[str], count: int) -> Exception:
    names = ", ".join(missing[:_MAX_LISTED])
    here = count - len(missing)
    if len(missing) > _MAX_LISTED:
        message = tr(
            "{here} of its {count} files are here; missing: {names} and {more} more.",
            here=here,
            count=count,
            names=names,
            more=len(missing) - _MAX_LISTED,
        )
    else:
        message = tr(
            "{here} of its {count} files are here; missing: {names}.",
            here=here,
            count=count,
            names=names,
        )
    return unreadable(
        tr("Parts of the model are missing"),
        message,
        tr("Download the missing files into the same folder."),
    )
