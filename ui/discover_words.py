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
from runtime.language import marked, number, tr, tr_n
from ui.download_words import phase_words

# Below this an answer is written slower than it is read.
SLOW_TOKENS_PER_S = 5.0
# The token table and small buffers stay in RAM even where every layer is on the GPU.
GPU_ALONE_RAM_SHARE = 0.05
SORTS: tuple[tuple[SortBy, str], ...] = (
    ("best", marked("best for this machine")),
    ("downloads", marked("most downloads")),
    ("updated", marked("newest")),
    ("size", marked("smallest first")),
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
    dense: bool = False

    def spoken(self, name: str, author: str) -> str:
        """The whole row as one text for a screen reader."""
        parts = [tr("{name} by {author}", name=name, author=author) if author else name]
        if self.parameters != EN_DASH:
            parts.append(tr("{count} parameters", count=self.parameters))
        if self.experts != EN_DASH:
            experts = self.experts
            parts.append(experts if self.dense else tr("experts {experts}", experts=experts))
        if self.licence != EN_DASH:
            parts.append(tr("licence {licence}", licence=self.licence))
        if self.speed is not None:
            parts.append(spoken_speed(self.speed))
        if self.reading or self.here.text != EN_DASH:
            parts.append(tr("being read") if self.reading else self.here.text)
        return ", ".join(parts)


def spoken_speed(speed: Speed) -> str:
    if speed.measured:
        return tr("{speed} tok/s measured", speed=speed.figure)
    return tr("{speed} tok/s predicted, {range}", speed=speed.figure, range=speed.beside)


def fit_words(prediction: Prediction) -> Words:
    """Whether it fits: "Yes, 5.5 GiB to spare", "15.1 GiB from disk, slow"."""
    if prediction.fit == "no":
        return Words(tr("Too large for this machine"), "error")
    if prediction.fit == "memory":
        if prediction.spare_bytes <= 0:
            return Words(tr("Yes, nothing to spare"))
        spare = number_text.gib_unit(prediction.spare_bytes)
        return Words(tr("Yes, {size} to spare", size=spare))
    size = number_text.gib_unit(prediction.disk_bytes)
    if prediction.fit == "disk_very_slow":
        return Words(tr("{size} from disk, very slow", size=size), "error")
    if prediction.decode_tokens_per_s < SLOW_TOKENS_PER_S:
        return Words(tr("{size} from disk, slow", size=size), "warn")
    return Words(tr("{size} read from disk", size=size), "warn")


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
        shape is not None and shape.expert_count <= 0,
    )


def expert_words(shape: Shape) -> str:
    """ "512, 10 at a time", "64 + 2 shared, 6", "dense"."""
    if shape.expert_count > 0 and shape.shared_experts > 0:
        return tr(
            "{experts} + {shared} shared, {used}",
            experts=number(shape.expert_count, ","),
            shared=number(shape.shared_experts, ","),
            used=number(shape.expert_used_count, ","),
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
        return Words(tr("Installed, measured") if known else tr("Installed"))
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
        return Words(tr("Fits on the GPU alone"))
    return Words(tr("Fits up to {quantisation}", quantisation=largest.name))


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
        return Words(tr("Accept its terms first"), "warn")
    if problem is not None and problem.kind == "hub_no_models":
        return Words(tr("No model file"), "tertiary")
    return Words(tr("Could not be read"), "error")


def not_read_words(problem: Problem | None) -> Words:
    """Of one quantisation; what the hub said stands in full above all of them."""
    if problem is None or problem.kind.startswith("hub_"):
        return _failed_words(problem)
    return Words(problem.title, "error")


def _not_in_memory(fits: set[str]) -> Words:
    if "disk" in fits:
        return Words(tr("Reads from disk"), "warn")
    if "disk_very_slow" in fits:
        return Words(tr("From disk, very slow"), "error")
    return Words(tr("Too large"), "error")


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
    return tr("up to {size} GiB", size=largest_bytes // GIB) if largest_bytes else tr("any")


def machine_words(machine: MachineLine) -> str:
    """RTX 4070 12 GB · 31.2 GiB RAM · 412 GiB free on disk."""
    parts = [_gpu_words(name, size_bytes) for name, size_bytes in machine.gpus]
    if machine.ram_bytes:
        parts.append(tr("{size} RAM", size=number_text.gib_unit(machine.ram_bytes)))
    if machine.disk_free_bytes:
        free_gib = machine.disk_free_bytes / GIB
        free = number(free_gib, ",.0f" if free_gib >= 100 else ",.1f")
        parts.append(tr("{size} GiB free on disk", size=free))
    return " · ".join(parts)


def _gpu_words(name: str, size_bytes: int) -> str:
    for maker in _MAKERS:
        name = name.removeprefix(maker)
    return name if " GB" in name or not size_bytes else f"{name} {round(size_bytes / GIB)} GB"


def count_words(view: DiscoverView) -> str:
    """The line above the list."""
    if view.phase == "starting":
        return tr("Starting")
    if view.phase == "searching":
        return _searching_words(len(view.rows))
    if not view.rows:
        return ""
    words = _found_words(len(view.rows), view.query)
    if view.more:
        return tr("{found}. There are more: search for a name to see them", found=words)
    return words


def _searching_words(before: int) -> str:
    if not before:
        return tr("Searching")
    return tr_n(
        "Searching. {n} model of the search before",
        "Searching. {n} models of the search before",
        before,
    )


def _found_words(count: int, query: str) -> str:
    if not query:
        return tr_n("{n} model", "{n} models", count)
    return tr_n(
        "{n} model for \N{LEFT DOUBLE QUOTATION MARK}{query}\N{RIGHT DOUBLE QUOTATION MARK}",
        "{n} models for \N{LEFT DOUBLE QUOTATION MARK}{query}\N{RIGHT DOUBLE QUOTATION MARK}",
        count,
        query=query,
    )


def hidden_words(name: FilterName, count: int, filters: Filters) -> tuple[str, str]:
    """What to turn off, and what that shows: ("Fits this machine", "14 larger models")."""
    match name:
        case "moe_only":
            return tr("MoE only"), tr_n("{n} dense model", "{n} dense models", count)
        case "fits":
            return tr("Fits this machine"), _larger(count)
        case "licence":
            others = tr_n(
                "{n} model under other licences", "{n} models under other licences", count
            )
            return tr("Licence: {licence}", licence=licence_words(filters.licence)), others
        case "size":
            return tr("Size: {size}", size=size_words(filters.largest_bytes)), _larger(count)


def _larger(count: int) -> str:
    return tr_n("{n} larger model", "{n} larger models", count)


def fact_words(row: RepoRow) -> str:
    """Downloads, day, origin and licence in one line."""
    summary = row.summary
    if not row.revision and not summary.updated_at_s:
        return ""
    parts = [tr_n("{n} download", "{n} downloads", summary.downloads)]
    if summary.updated_at_s:
        parts.append(tr("updated {day}", day=number_text.day(summary.updated_at_s)))
    if summary.base_model:
        parts.append(tr("made from {model}", model=summary.base_model))
    parts.append(
        tr("licence: {licence}", licence=licence_words(summary.licence))
        if summary.licence
        else tr("no licence stated")
    )
    if summary.n_ctx_train:
        length = number_text.tokens_short(summary.n_ctx_train)
        parts.append(tr("context of {n_ctx} tokens", n_ctx=length))
    return " · ".join(parts)


def prediction_words(quant: QuantRow) -> str:
    """What the prediction of one quantisation rests on, in a sentence or two; "" without one."""
    found = quant.prediction
    if found is None or found.fit == "no":
        return ""
    values = {
        "name": quant.name,
        "prompt": number_text.predicted(found.prompt_tokens_per_s),
        "decode": number_text.predicted(found.decode_tokens_per_s),
        "n_ctx": number_text.tokens_short(found.n_ctx),
    }
    if found.calibrated:
        return tr(
            "{name}: prompts at about {prompt} tok/s, answers at about {decode} tok/s, with"
            " a context of {n_ctx} tokens. Predicted from your own runs.",
            **values,
        )
    return tr(
        "{name}: prompts at about {prompt} tok/s, answers at about {decode} tok/s, with"
        " a context of {n_ctx} tokens. Predicted without a run on this machine.",
        **values,
    )
