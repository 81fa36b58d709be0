"""What the Plan page says in sentences: whether a plan fits, where things go, what would fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

from app import number_text
from app.plan_state import Choices, PlanView
from runtime.language import marked, tr, tr_n
from runtime.placement.memory import RAM, DeviceUse
from runtime.placement.model_layout import ModelLayout
from runtime.placement.plan import GPU_MARGIN_BYTES, Plan, Shortage
from runtime.placement.residence import HOST
from runtime.placement.speed import Terms
from ui.plan_contexts import contexts
from ui.plan_layers import homes, stretches

Tone = Literal["ok", "warn", "error"]
FITS = marked("Fits this machine")
FROM_DISK = marked("Fits, but reads from disk")


@dataclass(frozen=True)
class Remedy:
    """A button's text and what it chooses."""

    text: str
    choices: Choices


@dataclass(frozen=True)
class Verdict:
    tone: Tone
    heading: str
    sentence: str
    remedy: Remedy | None = None


def verdict(view: PlanView) -> Verdict:
    """Of a view that has a plan."""
    plan, layout = view.plan, view.layout
    assert plan is not None
    assert layout is not None
    if not plan.fits:
        return _short(view, plan, layout)
    where = where_sentence(layout, plan)
    if plan.disk_share > 0:
        return Verdict("warn", tr(FROM_DISK), in_sentences((where, disk_sentence(plan))))
    return Verdict("ok", tr(FITS), in_sentences((where, spare_sentence(plan))))


def used_gpus(plan: Plan) -> tuple[DeviceUse, ...]:
    return tuple(gpu for gpu in plan.devices[:-1] if gpu.used_bytes)


def device_title(devices: tuple[DeviceUse, ...], index: int) -> str:
    """GPUs have a number in front when there are several: two may have one name."""
    *gpus, host = devices
    if index == len(gpus):
        return host.label
    return gpus[index].label if len(gpus) == 1 else numbered(index, gpus[index].label)


def numbered(index: int, label: str) -> str:
    """A GPU among several."""
    return f"GPU {index + 1}: {label}"


def device_column(devices: tuple[DeviceUse, ...], index: int) -> str:
    n_gpus = len(devices) - 1
    if index == n_gpus:
        return RAM
    return "GPU" if n_gpus == 1 else f"GPU {index + 1}"


def expert_layers_shown(view: PlanView) -> int:
    """How many layers' experts are in RAM: what the person chose, else what the plan does."""
    if view.choices.expert_layers_on_cpu is not None:
        return view.choices.expert_layers_on_cpu
    assert view.plan is not None
    assert view.layout is not None
    return homes(view.layout, view.plan.placement).in_ram


# Pieces of sentences


def counted_layers(count: int) -> str:
    return tr_n("{n} layer", "{n} layers", count)


def in_a_row(texts: Sequence[str]) -> str:
    """At least one: `1.2 and 1.1`."""
    return reduce(lambda first, last: tr("{first} and {last}", first=first, last=last), texts)


def in_sentences(texts: Iterable[str]) -> str:
    """One sentence after another; an empty one is left out."""
    sentences = [text for text in texts if text] or [""]
    return reduce(lambda one, two: tr("{first} {second}", first=one, second=two), sentences)


# Where things go


def where_sentence(layout: ModelLayout, plan: Plan) -> str:
    runs = stretches(layout, plan.placement)
    on_gpus = [run for run in runs if run.device != HOST]
    if not on_gpus:
        return tr("Everything runs on the processor, in RAM.")
    on_gpu = sum(run.last - run.first + 1 for run in on_gpus)
    n_gpus = len({run.device for run in on_gpus})
    if not layout.expert_layers:
        return _dense_sentence(len(layout.layers), on_gpu, n_gpus)
    if on_gpu < len(layout.layers):
        return _some_layers_sentence(layout, plan, on_gpu, n_gpus)
    return _experts_sentence(layout, plan, n_gpus)


def _dense_sentence(n_layers: int, on_gpu: int, n_gpus: int) -> str:
    if on_gpu == n_layers:
        return tr_n(
            "All {layers} layers go on the GPU.",
            "All {layers} layers go on the GPUs.",
            n_gpus,
            layers=n_layers,
        )
    values = {"on_gpu": on_gpu, "layers": n_layers}
    if n_gpus == 1:
        return tr_n(
            "{on_gpu} of {layers} layers go on the GPU, {n} layer runs on the processor, in RAM.",
            "{on_gpu} of {layers} layers go on the GPU, {n} layers run on the processor, in RAM.",
            n_layers - on_gpu,
            **values,
        )
    return tr_n(
        "{on_gpu} of {layers} layers go on the GPUs, {n} layer runs on the processor, in RAM.",
        "{on_gpu} of {layers} layers go on the GPUs, {n} layers run on the processor, in RAM.",
        n_layers - on_gpu,
        **values,
    )


def _some_layers_sentence(layout: ModelLayout, plan: Plan, on_gpu: int, n_gpus: int) -> str:
    """Of a model with experts that has layers which no GPU runs."""
    found = homes(layout, plan.placement)
    values = {"on_gpu": on_gpu, "rest": counted_layers(len(layout.layers) - on_gpu)}
    if not found.on_gpu:
        return tr_n(
            "Attention and KV cache of {on_gpu} layers go on the GPU, "
            "those of {rest} and all experts in RAM.",
            "Attention and KV cache of {on_gpu} layers go on the GPUs, "
            "those of {rest} and all experts in RAM.",
            n_gpus,
            **values,
        )
    return tr_n(
        "Attention and KV cache of {on_gpu} layers go on the GPU, "
        "those of {rest} and the experts of {in_ram} in RAM.",
        "Attention and KV cache of {on_gpu} layers go on the GPUs, "
        "those of {rest} and the experts of {in_ram} in RAM.",
        n_gpus,
        in_ram=found.in_ram,
        **values,
    )


def _experts_sentence(layout: ModelLayout, plan: Plan, n_gpus: int) -> str:
    """Of a model with experts whose layers all run on GPUs."""
    found = homes(layout, plan.placement)
    if not found.in_ram:
        return tr_n(
            "All {layers} layers go on the GPU with their experts.",
            "All {layers} layers go on the GPUs with their experts.",
            n_gpus,
            layers=len(layout.layers),
        )
    if not found.on_gpu:
        return tr_n(
            "Attention and KV cache go on the GPU, the experts of all layers in RAM.",
            "Attention and KV cache go on the GPUs, the experts of all layers in RAM.",
            n_gpus,
        )
    whole, layers = found.in_ram - found.split, counted_layers(found.on_gpu)
    if not found.split:
        return tr_n(
            "Attention, KV cache and the experts of {layers} go on the GPU, "
            "the experts of {others} in RAM.",
            "Attention, KV cache and the experts of {layers} go on the GPUs, "
            "the experts of {others} in RAM.",
            n_gpus,
            layers=layers,
            others=counted_layers(whole),
        )
    if not whole:
        return tr_n(
            "Attention, KV cache and the experts of {layers} go on the GPU, "
            "those of one layer partly in RAM.",
            "Attention, KV cache and the experts of {layers} go on the GPUs, "
            "those of one layer partly in RAM.",
            n_gpus,
            layers=layers,
        )
    return tr_n(
        "Attention, KV cache and the experts of {layers} go on the GPU, "
        "those of {whole} in RAM, and one layer's are on both.",
        "Attention, KV cache and the experts of {layers} go on the GPUs, "
        "those of {whole} in RAM, and one layer's are on both.",
        n_gpus,
        layers=layers,
        whole=whole,
    )


def spare_sentence(plan: Plan) -> str:
    gpus = used_gpus(plan)
    if not gpus:
        size = number_text.gib_unit(plan.devices[-1].left_bytes)
        return tr("{size} of RAM stays free.", size=size)
    sizes = [number_text.gib(max(gpu.left_bytes, 0)) for gpu in gpus]
    if len(sizes) == 1:
        return tr("{size} GiB of GPU memory stays free.", size=sizes[0])
    return tr("{sizes} GiB of GPU memory stay free.", sizes=in_a_row(sizes))


def disk_sentence(plan: Plan) -> str:
    return tr(
        "{size} of the weights find no room in RAM and are read from disk again and again: "
        "about {time} for each token.",
        size=number_text.gib_unit(disk_bytes(plan)),
        time=number_text.duration(1 / plan.speed.decode_tokens_per_s),
    )


def disk_bytes(plan: Plan) -> int:
    """The host's weights that memory does not hold."""
    return round(plan.devices[-1].weights.total * plan.disk_share)


# What is short, and what would fit


def _short(view: PlanView, plan: Plan, layout: ModelLayout) -> Verdict:
    worst = max(plan.shortages, key=lambda shortage: shortage.short_bytes)
    remedy = nearest_that_fits(view, plan, layout)
    parts = [_shortage_reason(plan, worst)]
    parts += [_also_short(plan, other) for other in plan.shortages if other is not worst]
    if remedy is None:
        parts.append(tr("Nothing smaller is left to choose here: take a smaller model."))
    elif remedy.choices.n_ctx != view.choices.n_ctx:
        if layout.expert_layers and view.gpus:
            parts.append(tr("No number of expert layers makes it fit."))
        parts.append(tr("A smaller context needs less."))
    else:
        layers = counted_layers(remedy.choices.expert_layers_on_cpu or 0)
        parts.append(tr("It fits with the experts of {layers} in RAM.", layers=layers))
    return Verdict("error", _heading(plan, worst), in_sentences(parts), remedy)


def _heading(plan: Plan, worst: Shortage) -> str:
    size = number_text.gib_unit(worst.short_bytes)
    if _is_the_gpu(plan, worst.device):
        return tr("Does not fit: the GPU is {size} short", size=size)
    return tr("Does not fit: {device} is {size} short", device=worst.device, size=size)


def _also_short(plan: Plan, other: Shortage) -> str:
    size = number_text.gib_unit(other.short_bytes)
    if _is_the_gpu(plan, other.device):
        return tr("The GPU is {size} short as well.", size=size)
    return tr("{device} is {size} short as well.", device=other.device, size=size)


def _is_the_gpu(plan: Plan, label: str) -> bool:
    """Whether it is the only one, which needs no name."""
    gpus = plan.devices[:-1]
    return len(gpus) == 1 and gpus[0].label == label


def _shortage_reason(plan: Plan, worst: Shortage) -> str:
    """Why more is needed than seems free, in a sentence that may be empty."""
    device = next(d for d in plan.devices if d.label == worst.device)
    if device is not plan.devices[-1] and 0 <= device.left_bytes < GPU_MARGIN_BYTES:
        return tr(
            "{size} of it must stay free for the driver and what the engine adds.",
            size=number_text.gib_unit(GPU_MARGIN_BYTES),
        )
    others = device.total_bytes - device.free_bytes
    if others >= worst.short_bytes:
        return tr("Other programs hold {size} of it.", size=number_text.gib_unit(others))
    return ""


def nearest_that_fits(view: PlanView, plan: Plan, layout: ModelLayout) -> Remedy | None:
    """Another number of expert layers in RAM where one is known to fit, else less context."""
    least = view.least_expert_layers
    if layout.expert_layers and plan.devices[:-1] and least is not None:
        shown = homes(layout, plan.placement)
        if least != shown.in_ram or shown.split:
            return Remedy(
                tr("Keep the experts of {layers} in RAM", layers=counted_layers(least)),
                replace(view.choices, expert_layers_on_cpu=least),
            )
    smaller = contexts(view.model.n_ctx_train, view.choices.n_ctx).below(view.choices.n_ctx)
    if smaller is None:
        return None
    text = tr_n("Use a context of {n} token", "Use a context of {n} tokens", smaller)
    return Remedy(text, replace(view.choices, n_ctx=smaller, expert_layers_on_cpu=None))


# Where a prediction comes from

_TERMS = (
    ("gpu_weights_s", marked("{time} reading weights on the GPU")),
    ("host_weights_s", marked("{time} reading weights in RAM")),
    ("disk_s", marked("{time} reading weights from disk")),
    ("copy_s", marked("{time} copying weights to the GPU")),
    ("compute_s", marked("{time} computing beyond that")),
    ("kv_s", marked("{time} the KV cache")),
    ("sync_s", marked("{time} waiting between processor and GPU")),
    ("launch_s", marked("{time} starting kernels and sampling")),
)
_LEAST_SHARE = 0.005


def explained(what: str, terms: Terms) -> str:
    """The arithmetic of a prediction, the largest term first. `what` is in the person's words."""
    total_s = terms.total_s
    parts = sorted(((getattr(terms, name), text) for name, text in _TERMS), reverse=True)
    lines = [
        tr(text, time=number_text.brief(seconds))
        for seconds, text in parts
        if seconds >= _LEAST_SHARE * total_s
    ]
    return tr(
        "{what} takes {time}: {parts}.",
        what=what,
        time=number_text.brief(total_s),
        parts=", ".join(lines),
    )
