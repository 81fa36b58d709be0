"""Which layers have what on a device, in words: "Layers 10 to 29: routed experts"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from runtime.language import marked, tr
from runtime.placement.model_layout import Layer, ModelLayout
from runtime.placement.residence import HOST, Residence
from runtime.protocol.placement import Placement

_PARTS: tuple[tuple[str, Callable[[Layer], int]], ...] = (
    (marked("attention, norms and routers"), lambda layer: _rest(layer)),
    (marked("dense feed-forward weights"), lambda layer: layer.weights.dense),
    (marked("shared experts"), lambda layer: layer.weights.shared_experts),
)
_ROUTED, _KV = marked("routed experts"), marked("KV cache")
_SOME_ROUTED = marked("some of the routed experts")


def layer_words(
    layout: ModelLayout, placement: Placement, where: Residence, device: int
) -> tuple[str, ...]:
    """A sentence for each thing; `device` is a GPU's index or HOST."""
    return tuple(_sentences(layout, placement, where, device))


def _sentences(
    layout: ModelLayout, placement: Placement, where: Residence, device: int
) -> Iterator[str]:
    layers = [layer for layer in layout.layers if where.gpus[layer.index] == device]
    if device == HOST:
        yield tr("The token embeddings")
    for what, size in _PARTS:
        yield from _told(tr(what), (layer.index for layer in layers if size(layer)))
    whole, some = _routed(layout, where, device)
    yield from _told(tr(_ROUTED), whole)
    yield from _told(tr(_SOME_ROUTED), some)
    yield from _told(tr(_KV), (layer.index for layer in layers if layer.kv.bytes(placement)))
    if where.output == device:
        yield tr("The output layer")


def _routed(layout: ModelLayout, where: Residence, device: int) -> tuple[list[int], list[int]]:
    """Layers with all, and with some, of their routed experts on `device`."""
    whole: list[int] = []
    some: list[int] = []
    for index in layout.expert_layers:
        routed, away = layout.layers[index].routed_bytes, where.away[index]
        runs_here = where.gpus[index] == device
        here = routed - away if runs_here else away if device == HOST else 0
        if here:
            (whole if here == routed else some).append(index)
    return whole, some


def _rest(layer: Layer) -> int:
    return layer.weights.attention + layer.weights.other


def _told(what: str, layers: Iterable[int]) -> Iterator[str]:
    listed = tuple(layers)
    if len(listed) == 1:
        yield tr("Layer {layer}: {what}", layer=listed[0], what=what)
    elif listed:
        yield tr("Layers {layers}: {what}", layers=spans(listed), what=what)


def spans(layers: Iterable[int]) -> str:
    """`0 to 9, 12, 20 to 29`; layers in order."""
    found: list[tuple[int, int]] = []
    for layer in layers:
        if found and found[-1][1] == layer - 1:
            found[-1] = (found[-1][0], layer)
        else:
            found.append((layer, layer))
    return ", ".join(
        str(first) if first == last else tr("{first} to {last}", first=first, last=last)
        for first, last in found
    )
