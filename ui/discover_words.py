"""What the Discover page says of repositories and quantisations, in words: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app import number_text
from app.discover.state import (
    DiscoverView,
    FilterName,
    Filters,
    MachineLine,
    Prediction,
    QuantRow,
    RepoRow,
    Shape,
    SortBy,
)
from app.number_text import EN_DASH, GIB
from runtime.downloads.frames import Download
from runtime.errors import Problem
from ui.download_words import phase_words

# Below this an answer is written slower than it is read.
SLOW_TOKENS_PER_S = 5.0
# The token table and small buffers stay in RAM even where every layer is on the GPU.
GPU_ALONE_RAM_SHARE = 0.05
SORTS: tuple[tuple[SortBy, str], ...] = (
    ("best", "best for this machine"),
    ("downloads", "most downloads"),
    ("updated", "newest"),
    ("size", "smallest first"),
)
SIZES_BYTES = (0, 8 * GIB, 16 * GIB, 32 * GIB, 64 * GIB, 128 * GIB)
_LICENCES = {
    "apache-2.0": "Apache 2.0",
    "mit": "MIT",
    "deepseek": "DeepSeek",
    "cc-by-4.0": "CC BY 4.0",
    "cc-by-nc-4.0": "CC BY-NC 4.0",
    "lfm1.0": "LFM 1.0",
}
_UNDER_WAY = ("running", "checking", "waiting")
_MAKERS = ("NVIDIA GeForce ", "NVIDIA ", "AMD ", "Intel(R) ")


@dataclass(frozen=True)
class Words:
    """`tone` is a tone of labels."""

    text: str
    tone: str = "primary"


@dataclass(frozen=True)
class Speed:
    """A decode speed without its unit. `beside` is the range of a prediction."""

    figure: str
    beside: str
    measured: bool = False


@dataclass(frozen=True)
class RowWords:
    """A closed row. With `reading` what is not known yet is being read."""

    parameters: str
    experts: str
    licence: str
    speed: Speed | None
    here: Words
    reading: bool = False

    def spoken(self, name: str, author: str) -> str:
        """The whole row as one text for a screen reader."""
        parts = [f"{name} by {author}" if author else name]
        if self.parameters != EN_DASH:
            parts.append(f"{self.parameters} parameters")
        if self.experts != EN_DASH:
            parts.append(self.experts if self.experts == "dense" else f"experts {self.experts}")
        if self.licence != EN_DASH:
            parts.append(f"licence {self.licence}")
        if self.speed is not None:
            parts.append(spoken_speed(self.speed))
        if self.reading or self.here.text != EN_DASH:
            parts.append("being read" if self.reading else self.here.text)
        return ", ".join(parts)


def spoken_speed(speed: Speed) -> str:
    if speed.measured:
        return f"{speed.figure} tok/s measured"
    return f"{speed.figure} tok/s predicted, {speed.beside}"


def fit_words(prediction: Prediction) -> Words:
    """Whether it fits: "Yes, 5.5 GiB to spare", "15.1 GiB from disk, slow"."""
    if prediction.fit == "no":
        return Words("Too large for this machine", "error")
    if prediction.fit == "memory":
        if prediction.spare_bytes <= 0:
            return Words("Yes, nothing to spare")
        return Words(f"Yes, {number_text.gib_unit(prediction.spare_bytes)} to spare")
    size = number_text.gib_unit(prediction.disk_bytes)
    if prediction.fit == "disk_very_slow":
        return Words(f"{size} from disk, very slow", "error")
    if prediction.decode_tokens_per_s < SLOW_TOKENS_PER_S:
        return Words(f"{size} from disk, slow", "warn")
    return Words(f"{size} read from disk", "warn")


def row_words(row: RepoRow, downloads: Mapping[str, Download]) -> RowWords:
    """`downloads` are the ones there are now, by id."""
    shape = row.shape
    if shape is not None:
        parameters = number_text.parameters_used(shape.parameters_total, shape.parameters_active)
    else:
        parameters = number_text.parameters(row.summary.parameters_total)
    return RowWords(
        parameters,
        expert_words(shape) if shape is not None else EN_DASH,
        licence_words(row.summary.licence),
        best_speed(row),
        here_words(row, downloads),
        row.phase == "reading",
    )


def expert_words(shape: Shape) -> str:
    """ "512, 10 at a time", "64 + 2 shared, 6", "dense"."""
    if shape.expert_count > 0 and shape.shared_experts > 0:
        return (
            f"{shape.expert_count:,} + {shape.shared_experts:,} shared, {shape.expert_used_count:,}"
        )
    return number_text.experts(shape.expert_count, shape.expert_used_count)


def best_speed(row: RepoRow) -> Speed | None:
    """Measured where a quantisation is installed and was run, else of the one we would take."""
    measured = [q.measured_tokens_per_s for q in row.quants if q.measured_tokens_per_s is not None]
    if measured:
        return Speed(number_text.tokens_per_s(max(measured)), "", measured=True)
    predicted = [q for q in row.quants if q.prediction is not None and q.prediction.fit != "no"]
    if not predicted:
        return None
    suggested = next((q for q in predicted if q.suggested), None)
    return quant_speed(suggested or max(predicted, key=_decode))


def quant_speed(quant: QuantRow) -> Speed | None:
    """Of one quantisation; None where nothing is known or it can't run."""
    if quant.measured_tokens_per_s is not None:
        return Speed(number_text.tokens_per_s(quant.measured_tokens_per_s), "", measured=True)
    found = quant.prediction
    if found is None or found.fit == "no":
        return None
    return Speed(
        number_text.predicted(found.decode_tokens_per_s),
        number_text.predicted_range(found.decode_low, found.decode_high),
    )


def here_words(row: RepoRow, downloads: Mapping[str, Download]) -> Words:
    """The column "On this machine"."""
    several = (downloads.get(quant.download_id) for quant in row.quants)
    coming = [one for one in several if one is not None and one.phase != "done"]
    if coming:
        return Words(phase_words(min(coming, key=lambda one: one.phase not in _UNDER_WAY)))
    if any(quant.installed_id for quant in row.quants):
        known = any(quant.measured_tokens_per_s is not None for quant in row.quants)
        return Words("Installed, measured" if known else "Installed")
    if row.phase == "failed":
        return _failed_words(row.problem)
    found = [(q, q.prediction) for q in row.quants if q.prediction is not None]
    if not found and (trouble := trouble_of(row)) is not None:
        return _failed_words(trouble)
    if not found:
        return Words(EN_DASH, "tertiary")
    in_memory = [(q, p) for q, p in found if p.fit == "memory"]
    if not in_memory:
        return _not_in_memory({p.fit for _, p in found})
    largest, prediction = max(in_memory, key=lambda pair: pair[0].model.size_bytes)
    suggested = row.suggested
    chosen = suggested.prediction if suggested is not None else prediction
    if chosen is not None and on_gpu_alone(chosen):
        return Words("Fits on the GPU alone")
    return Words(f"Fits up to {largest.name}")


def on_gpu_alone(prediction: Prediction) -> bool:
    """Whether so little is in RAM that nobody would count it."""
    total = prediction.gpu_bytes + prediction.ram_bytes
    small = prediction.ram_bytes <= GPU_ALONE_RAM_SHARE * total
    return prediction.fit == "memory" and prediction.gpu_bytes > 0 and small


def trouble_of(row: RepoRow) -> Problem | None:
    """Why the hub did not give the repository or the header of one of its files."""
    if row.problem is not None:
        return row.problem
    of_quants = (quant.problem for quant in row.quants)
    return next((one for one in of_quants if one and one.kind.startswith("hub_")), None)


def _failed_words(problem: Problem | None) -> Words:
    if problem is not None and problem.kind == "hub_gated":
        return Words("Accept its terms first", "warn")
    if problem is not None and problem.kind == "hub_no_models":
        return Words("No model file", "tertiary")
    return Words("Could not be read", "error")


def not_read_words(problem: Problem | None) -> Words:
    """Of one quantisation; what the hub said stands in full above all of them."""
    if problem is None or problem.kind.startswith("hub_"):
        return _failed_words(problem)
    return Words(problem.title, "error")


def _not_in_memory(fits: set[str]) -> Words:
    if "disk" in fits:
        return Words("Reads from disk", "warn")
    if "disk_very_slow" in fits:
        return Words("From disk, very slow", "error")
    return Words("Too large", "error")


def _decode(quant: QuantRow) -> float:
    return quant.prediction.decode_tokens_per_s if quant.prediction is not None else 0.0


def licence_words(licence: str) -> str:
    """The hub's word as people write it; an en dash where none is stated."""
    if not licence:
        return EN_DASH
    known = _LICENCES.get(licence)
    if known is not None:
        return known
    words = licence.replace("-", " ").replace("_", " ")
    return words[0].upper() + words[1:]


def size_words(largest_bytes: int) -> str:
    return f"up to {largest_bytes // GIB} GiB" if largest_bytes else "any"


def machine_words(machine: MachineLine) -> str:
    """RTX 4070 12 GB · 31.2 GiB RAM · 412 GiB free on disk."""
    parts = [_gpu_words(name, size_bytes) for name, size_bytes in machine.gpus]
    if machine.ram_bytes:
        parts.append(f"{number_text.gib_unit(machine.ram_bytes)} RAM")
    if machine.disk_free_bytes:
        free_gib = machine.disk_free_bytes / GIB
        free = f"{free_gib:,.0f}" if free_gib >= 100 else f"{free_gib:,.1f}"
        parts.append(f"{free} GiB free on disk")
    return " · ".join(parts)


def _gpu_words(name: str, size_bytes: int) -> str:
    for maker in _MAKERS:
        name = name.removeprefix(maker)
    return name if " GB" in name or not size_bytes else f"{name} {round(size_bytes / GIB)} GB"


def count_words(view: DiscoverView) -> str:
    """The line above the list."""
    shown = number_text.counted(len(view.rows), "model")
    if view.phase == "starting":
        return "Starting"
    if view.phase == "searching":
        return f"Searching. {shown} of the search before" if view.rows else "Searching"
    if not view.rows:
        return ""
    found = f"{shown} for \N{LEFT DOUBLE QUOTATION MARK}{view.query}\N{RIGHT DOUBLE QUOTATION MARK}"
    words = found if view.query else shown
    return f"{words}. There are more: search for a name to see them" if view.more else words


def hidden_words(name: FilterName, count: int, filters: Filters) -> tuple[str, str]:
    """What to turn off, and what that shows: ("Fits this machine", "14 larger models")."""
    noun = "model" if count == 1 else "models"
    match name:
        case "moe_only":
            return "MoE only", f"{count:,} dense {noun}"
        case "fits":
            return "Fits this machine", f"{count:,} larger {noun}"
        case "licence":
            licence = licence_words(filters.licence)
            return f"Licence: {licence}", f"{count:,} {noun} under other licences"
        case "size":
            return f"Size: {size_words(filters.largest_bytes)}", f"{count:,} larger {noun}"


def fact_words(row: RepoRow) -> str:
    """Downloads, day, origin and licence in one line."""
    summary = row.summary
    if not row.revision and not summary.updated_at_s:
        return ""
    parts = [number_text.counted(summary.downloads, "download")]
    if summary.updated_at_s:
        parts.append(f"updated {number_text.day(summary.updated_at_s)}")
    if summary.base_model:
        parts.append(f"made from {summary.base_model}")
    parts.append(
        f"licence: {licence_words(summary.licence)}" if summary.licence else "no licence stated"
    )
    if summary.n_ctx_train:
        parts.append(f"context of {number_text.tokens_short(summary.n_ctx_train)} tokens")
    return " · ".join(parts)


def prediction_words(quant: QuantRow) -> str:
    """What the prediction of one quantisation rests on, in a sentence or two; "" without one."""
    found = quant.prediction
    if found is None or found.fit == "no":
        return ""
    speeds = (
        f"{quant.name}: prompts at about {number_text.predicted(found.prompt_tokens_per_s)} tok/s, "
        f"answers at about {number_text.predicted(found.decode_tokens_per_s)} tok/s, with "
        f"a context of {number_text.tokens_short(found.n_ctx)} tokens."
    )
    basis = "from your own runs" if found.calibrated else "without a run on this machine"
    return f"{speeds} Predicted {basis}."
