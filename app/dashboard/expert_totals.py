"""How often each expert was picked over time, summed by model and kept in a file for each."""

from __future__ import annotations

import hashlib
from array import array
from pathlib import Path

import msgspec

from app.whole_file import write_whole
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.protocol.messages import ExpertUse

_LARGEST = 2**32 - 1


class ExpertTotals:
    """`folder` is made when something is first kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, model_id: str) -> ExpertUse | None:
        """None where nothing was counted, or what is kept can't be read."""
        try:
            kept = msgspec.msgpack.decode(self._file(model_id).read_bytes(), type=ExpertUse)
        except (OSError, msgspec.MsgspecError):
            return None
        return kept if _is_whole(kept) else None

    def add(self, model_id: str, use: ExpertUse) -> ExpertUse:
        """The new sum; one of another shape is begun anew. Raises CoterieError "not_saved"."""
        total = summed(self.of(model_id), use)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._file(model_id), msgspec.msgpack.encode(total))
        except OSError as error:
            raise CoterieError(_not_kept(error)) from error
        return total

    def forget(self, model_id: str) -> None:
        """Begin anew. Raises CoterieError "not_forgotten"."""
        file = self._file(model_id)
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise CoterieError(_not_forgotten(file, error)) from error

    def _file(self, model_id: str) -> Path:
        name = hashlib.sha256(model_id.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        return self._folder / f"{name}.experts"


def summed(before: ExpertUse | None, use: ExpertUse) -> ExpertUse:
    """Both together; `use` alone where they are not of the same layers and experts.

    A count that would no longer fit into 32 bits stays at the largest one.
    """
    if before is None or _shape(before) != _shape(use):
        return use
    counts, new = array("I", before.counts), array("I", use.counts)
    both = array("I", (min(_LARGEST, a + b) for a, b in zip(counts, new, strict=True)))
    return ExpertUse(
        *(use.layers, use.n_experts, use.n_used, before.tokens + use.tokens, both.tobytes()),
        repeated=before.repeated + use.repeated,
        comparable=before.comparable + use.comparable,
    )


def _shape(use: ExpertUse) -> tuple[tuple[int, ...], int, int]:
    return use.layers, use.n_experts, use.n_used


def _is_whole(use: ExpertUse) -> bool:
    return len(use.counts) == len(use.layers) * use.n_experts * array("I").itemsize


def _not_kept(error: OSError) -> Problem:
    return Problem(
        "not_saved",
        tr("The use of the experts was not kept"),
        tr("What was counted of the last answer is lost ({reason})", reason=error.strerror),
        tr("Check the free space and the permissions of Coterie's data folder."),
    )


def _not_forgotten(file: Path, error: OSError) -> Problem:
    return Problem(
        "not_forgotten",
        tr("The use of the experts was not forgotten"),
        tr("{path} could not be removed ({reason})", path=file, reason=error.strerror),
        tr("Check the permissions of that folder."),
    )
