"""What the Plan page says in sentences: whether a plan fits, where things go, what would fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from app import number_text
from app.plan_state import Choices, PlanView
from runtime.placement.memory import RAM, DeviceUse
from runtime.placement.model_layout import ModelLayout
from runtime.placement.plan import GPU_MARGIN_BYTES, Plan, Shortage
from runtime.placement.residence import HOST
from runtime.placement.speed import Terms
from ui.plan_contexts import contexts
from ui.plan_layers import homes, stretches

Tone = Literal["ok", "warn", "error"]
FITS = "Fits this machine"
FROM_DISK = "Fits, but reads from disk"


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
        return Verdict("warn", FROM_DISK, f"{where} {disk_sentence(plan)}")
    return Verdict("ok", FITS, f"{where} {spare_sentence(plan)}")


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


# Where things go


def where_sentence(layout: ModelLayout, plan: Plan) -> str:
    runs = stretches(layout, plan.placement)
    on_gpus = [run for run in runs if run.device != HOST]
    if not on_gpus:
        return "Everything runs on the processor, in RAM."
    n_gpu = sum(run.last - run.first + 1 for run in on_gpus)
    gpus = "the GPU" if len({run.device for run in on_gpus}) == 1 else "the GPUs"
    if not layout.expert_layers:
        return _dense_sentence(len(layout.layers), n_gpu, gpus)
    return _experts_sentence(layout, plan, n_gpu, gpus)


def _dense_sentence(n_layers: int, n_gpu: int, gpus: str) -> str:
    if n_gpu == n_layers:
        return f"All {n_layers} layers go on {gpus}."
    rest = number_text.counted(n_layers - n_gpu, "layer")
    runs = "runs" if n_layers - n_gpu == 1 else "run"
    return f"{n_gpu} of {n_layers} layers go on {gpus}, {rest} {runs} on the processor, in RAM."


def _experts_sentence(layout: ModelLayout, plan: Plan, n_gpu: int, gpus: str) -> str:
    n_layers, found = len(layout.layers), homes(layout, plan.placement)
    if n_gpu < n_layers:
        rest = "and all experts" if not found.on_gpu else f"and the experts of {found.in_ram}"
        return (
            f"Attention and KV cache of {n_gpu} layers go on {gpus}, "
            f"those of {number_text.counted(n_layers - n_gpu, 'layer')} {rest} in RAM."
        )
    if not found.in_ram:
        return f"All {n_layers} layers go on {gpus} with their experts."
    if not found.on_gpu:
        return f"Attention and KV cache go on {gpus}, the experts of all layers in RAM."
    whole = found.in_ram - found.split
    kept = f"Attention, KV cache and the experts of {_layers(found.on_gpu)} go on {gpus}"
    if found.split and not whole:
        return f"{kept}, those of one layer partly in RAM."
    if found.split:
        return f"{kept}, those of {whole} in RAM, and one layer's are on both."
    return f"{kept}, the experts of {_layers(whole)} in RAM."


def _layers(count: int) -> str:
    return number_text.counted(count, "layer")


def spare_sentence(plan: Plan) -> str:
    gpus = used_gpus(plan)
    if not gpus:
        return f"{number_text.gib_unit(plan.devices[-1].left_bytes)} of RAM stays free."
    sizes = [number_text.gib(max(gpu.left_bytes, 0)) for gpu in gpus]
    verb = "stays" if len(sizes) == 1 else "stay"
    return f"{' and '.join(sizes)} GiB of GPU memory {verb} free."


def disk_sentence(plan: Plan) -> str:
    missing = number_text.gib_unit(disk_bytes(plan))
    each = number_text.duration(1 / plan.speed.decode_tokens_per_s)
    return (
        f"{missing} of the weights find no room in RAM and are read from disk again and again: "
        f"about {each} for each token."
    )


def disk_bytes(plan: Plan) -> int:
    """The host's weights that memory does not hold."""
    return round(plan.devices[-1].weights.total * plan.disk_share)


# What is short, and what would fit


def _short(view: PlanView, plan: Plan, layout: ModelLayout) -> Verdict:
    worst = max(plan.shortages, key=lambda shortage: shortage.short_bytes)
    remedy = nearest_that_fits(view, plan, layout)
    parts = [_shortage_reason(plan, worst)]
    parts += [
        f"{_device_name(plan, other.device)} is {number_text.gib_unit(other.short_bytes)} "
        "short as well."
        for other in plan.shortages
        if other is not worst
    ]
    if remedy is None:
        parts.append("Nothing smaller is left to choose here: take a smaller model.")
    elif remedy.choices.n_ctx != view.choices.n_ctx:
        if layout.expert_layers and view.gpus:
            parts.append("No number of expert layers makes it fit.")
        parts.append("A smaller context needs less.")
    else:
        layers = remedy.choices.expert_layers_on_cpu
        parts.append(f"It fits with the experts of {_layers(layers or 0)} in RAM.")
    heading = (
        f"Does not fit: {_lower_the(_device_name(plan, worst.device))} is "
        f"{number_text.gib_unit(worst.short_bytes)} short"
    )
    return Verdict("error", heading, " ".join(part for part in parts if part), remedy)


def _device_name(plan: Plan, label: str) -> str:
    """As a sentence begins with it."""
    gpus = plan.devices[:-1]
    return "The GPU" if len(gpus) == 1 and gpus[0].label == label else label


def _lower_the(name: str) -> str:
    return name.replace("The ", "the ", 1)


def _shortage_reason(plan: Plan, worst: Shortage) -> str:
    """Why more is needed than seems free, in a sentence that may be empty."""
    device = next(d for d in plan.devices if d.label == worst.device)
    if device is not plan.devices[-1] and 0 <= device.left_bytes < GPU_MARGIN_BYTES:
        return (
            f"{number_text.gib_unit(GPU_MARGIN_BYTES)} of it must stay free for the driver and "
            f"what the engine adds."
        )
    others = device.total_bytes - device.free_bytes
    if others >= worst.short_bytes:
        return f"Other programs hold {number_text.gib_unit(others)} of it."
    return ""


def nearest_that_fits(view: PlanView, plan: Plan, layout: ModelLayout) -> Remedy | None:
    """Another number of expert layers in RAM where one is known to fit, else less context."""
    least = view.least_expert_layers
    if layout.expert_layers and plan.devices[:-1] and least is not None:
        shown = homes(layout, plan.placement)
        if least != shown.in_ram or shown.split:
            return Remedy(
                f"Keep the experts of {_layers(least)} in RAM",
                replace(view.choices, expert_layers_on_cpu=least),
            )
    smaller = contexts(view.model.n_ctx_train, view.choices.n_ctx).below(view.choices.n_ctx)
    if smaller is None:
        return None
    text = f"Use a context of {number_text.counted(smaller, 'token')}"
    return Remedy(text, replace(view.choices, n_ctx=smaller, expert_layers_on_cpu=None))


# Where a prediction comes from

_TERMS = (
    ("gpu_weights_s", "reading weights on the GPU"),
    ("host_weights_s", "reading weights in RAM"),
    ("disk_s", "reading weights from disk"),
    ("copy_s", "copying weights to the GPU"),
    ("compute_s", "computing beyond that"),
    ("kv_s", "the KV cache"),
    ("sync_s", "waiting between processor and GPU"),
    ("launch_s", "starting kernels and sampling"),
)
_LEAST_SHARE = 0.005


def explained(what: str, terms: Terms) -> str:
    """The arithmetic of a prediction, the largest term first."""
    total_s = terms.total_s
    parts = sorted(((getattr(terms, name), text) for name, text in _TERMS), reverse=True)
    lines = [
        f"{number_text.brief(seconds)} {text}"
        for seconds, text in parts
        if seconds >= _LEAST_SHARE * total_s
    ]
    return f"{what} takes {number_text.brief(total_s)}: {', '.join(lines)}."
