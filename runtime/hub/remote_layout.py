"""The layout of a model on the hub from its headers: the first in full, its siblings for little."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import httpx2

from runtime.errors import CoterieError, Problem
from runtime.gguf.header import GgufHeader
from runtime.gguf.long_lists import LongLists
from runtime.gguf.reader import DEFAULT_ALIGNMENT, MappedHeader, read_mapped
from runtime.gguf.split_files import joined
from runtime.hub.frames import HubFile, HubModel
from runtime.hub.links import Link, resolve_link
from runtime.hub.refusals import LinkProblem
from runtime.hub.remote_ranges import HttpRanges, RemoteFile, Traffic
from runtime.language import tr
from runtime.placement.model_layout import ModelLayout, model_layout

# A header with 152,000 tokens takes 6 to 7 MB, one with 262,000 about 10: two ranges, and less
# when the header ends inside one. Buffers stay small, since the answer is read as it comes.
_WHOLE_WINDOWS = (4 << 20, 8 << 20, 16 << 20)
_WHOLE_CHUNK = 256 << 10
# Further parts of a split model have a table of tensors and little else.
_PART_WINDOWS = (64 << 10, 256 << 10, 1 << 20)
_PART_CHUNK = 64 << 10
_SIBLING_CHUNK = 16 << 10
_SIBLING_SLACK = 2 << 10
_SIBLING_LATER = (256 << 10, 4 << 20)

_MOST_LAYOUTS = 16
_MOST_FAMILIES = 64


@dataclass(frozen=True)
class ReadResult:
    """A layout and what it cost, 0 and 0 when it was known."""

    layout: ModelLayout
    requests: int = 0
    read_bytes: int = 0


@dataclass(frozen=True)
class KnownHeader:
    """What is the same in all quantisations of one model: its long lists, and sizes around them."""

    lists: LongLists
    end: int

    @property
    def windows(self) -> tuple[int, ...]:
        """What to fetch of a sibling: the values before the lists, then those after and tensors."""
        before = _whole_chunks(self.lists.begin + _SIBLING_SLACK)
        behind = self.end - self.lists.begin - self.lists.size_bytes
        return before, _whole_chunks(behind + _SIBLING_SLACK), *_SIBLING_LATER


class _Family:
    """The models of one repository at one revision. The lock is held while the first is read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known: KnownHeader | None = None


class RemoteLayouts:
    """Reads layouts, and remembers them and what makes the next one cheap."""

    def __init__(
        self,
        client: httpx2.Client,
        endpoint: str,
        token: Callable[[], str | None],
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._token = token
        self._lock = threading.Lock()
        self._layouts: OrderedDict[tuple[str, str, HubModel], ModelLayout] = OrderedDict()
        self._families: OrderedDict[tuple[str, str], _Family] = OrderedDict()

    def read(
        self, repo: str, revision: str, model: HubModel, is_wanted: Callable[[], bool]
    ) -> ReadResult:
        """The layout of `model`. CoterieError for what can't be read, LinkProblem for the hub's."""
        key = repo, revision, model
        with self._lock:
            if key in self._layouts:
                return ReadResult(self._layouts[key])
            family = self._families.setdefault(key[:2], _Family())
            if len(self._families) > _MOST_FAMILIES:
                self._families.popitem(last=False)
        traffic = Traffic()
        reading = _Reading(self._client, self._endpoint, self._token(), traffic, is_wanted)
        layout = model_layout(reading.header(repo, revision, model, family))
        with self._lock:
            self._layouts[key] = layout
            if len(self._layouts) > _MOST_LAYOUTS:
                self._layouts.popitem(last=False)
        return ReadResult(layout, traffic.requests, traffic.read_bytes)


@dataclass(frozen=True)
class _Reading:
    """One answer in the making."""

    client: httpx2.Client
    endpoint: str
    token: str | None
    traffic: Traffic
    is_wanted: Callable[[], bool]

    def header(self, repo: str, revision: str, model: HubModel, family: _Family) -> GgufHeader:
        files = [self._remote(repo, revision, file) for file in model.files]
        if not files:
            raise ValueError("a model without files")
        first = self._first(files[0], family)
        parts = [self._mapped(file, _PART_WINDOWS, _PART_CHUNK).header for file in files[1:]]
        return joined([first, *parts], files[0].path.rpartition("/")[2])

    def _first(self, file: RemoteFile, family: _Family) -> GgufHeader:
        with family.lock:
            known = family.known
            if known is None:
                return self._in_full(file, family)
        if (header := self._as_sibling(file, known)) is not None:
            return header
        with family.lock:
            return self._in_full(file, family)

    def _in_full(self, file: RemoteFile, family: _Family) -> GgufHeader:
        mapped = self._mapped(file, _WHOLE_WINDOWS, _WHOLE_CHUNK)
        family.known = known_header(mapped)
        return mapped.header

    def _as_sibling(self, file: RemoteFile, known: KnownHeader) -> GgufHeader | None:
        """The header without its lists, None where anything does not fit."""
        with closing(self._ranges(file, known.windows)) as ranges:
            return sibling_header(ranges, known)

    def _mapped(self, file: RemoteFile, windows: tuple[int, ...], chunk: int) -> MappedHeader:
        with closing(self._ranges(file, windows)) as ranges:
            return read_mapped(ranges, chunk)

    def _ranges(self, file: RemoteFile, windows: tuple[int, ...]) -> HttpRanges:
        return HttpRanges(self.client, file, self.token, windows, self.traffic, self.is_wanted)

    def _remote(self, repo: str, revision: str, file: HubFile) -> RemoteFile:
        def find_link() -> Link:
            link = resolve_link(self.client, self.endpoint, repo, revision, file.path, self.token)
            _check(link, file)
            return link

        return RemoteFile(repo, file.path, file.size_bytes, find_link)


def known_header(mapped: MappedHeader) -> KnownHeader | None:
    """What a header that was read in full tells about its siblings'."""
    return KnownHeader(mapped.lists, mapped.end) if mapped.lists else None


def sibling_header(ranges: HttpRanges, known: KnownHeader) -> GgufHeader | None:
    """The header at `ranges`, with its long lists taken from a sibling and all else read.

    None where it is not what the sibling's header leads to expect; then it is to be read in full.
    """
    try:
        mapped = read_mapped(ranges, _SIBLING_CHUNK, known.lists)
    except LinkProblem:
        raise
    except CoterieError:
        return None
    # Nobody counted the lists' bytes here, so the file's very last byte must be where it should.
    return mapped.header if not mapped.stepped_over or _fills_file(mapped.header) else None


def _fills_file(header: GgufHeader) -> bool:
    end = header.data_offset
    if header.tensors:
        end += header.tensors[-1].offset + header.tensors[-1].bytes
    alignment = header.metadata.get("general.alignment", DEFAULT_ALIGNMENT)
    return isinstance(alignment, int) and 0 <= header.file_bytes - end < alignment


def _whole_chunks(size: int) -> int:
    return -(-size // _SIBLING_CHUNK) * _SIBLING_CHUNK


def _check(link: Link, file: HubFile) -> None:
    """A LinkProblem when the hub has another file there than it listed."""
    is_other_size = link.size_bytes is not None and link.size_bytes != file.size_bytes
    is_other = bool(link.sha256 and file.sha256) and link.sha256 != file.sha256
    if is_other_size or is_other:
        raise LinkProblem(
            Problem(
                "hub_error",
                tr("The file on the hub has changed"),
                tr("{file} is not the one that was listed.", file=file.path),
                tr("Open the model's page again."),
            )
        )
