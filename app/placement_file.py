"""Reads a placement from a JSON file: a plan of `coterie plan --json`, or the placement alone."""

from __future__ import annotations

from pathlib import Path

import msgspec

from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.placement.expert_split import FUSED_STEMS, SPLIT_STEMS
from runtime.protocol.placement import Placement

_LEAST = {
    "n_gpu_layers": 0,
    "split_layer": -1,
    "n_ctx": 0,
    "n_threads": 0,
    "n_batch": 1,
    "n_ubatch": 1,
}
_MOST = (1 << 31) - 1
_STEMS = frozenset((*SPLIT_STEMS, *FUSED_STEMS))
MAX_DEVICES = 16  # llama_max_devices of v0.5.0


def read_placement(path: Path) -> Placement:
    """CoterieError of kind "placement_unreadable" when there is none in it."""
    try:
        found = msgspec.json.decode(path.read_bytes())
        inner = found.get("placement", found) if isinstance(found, dict) else found
        if isinstance(inner, dict) and not inner.keys() & set(Placement.__struct_fields__):
            raise _unreadable(path, tr("it holds no placement"))
        placement = msgspec.convert(inner, Placement)
    except OSError as error:
        raise _unreadable(path, (error.strerror or str(error)).lower()) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from None
    except RecursionError:
        raise _unreadable(path, tr("it is nested too deeply")) from None
    if wrong := _impossible(placement):
        raise _unreadable(path, wrong)
    return placement


def _impossible(placement: Placement) -> str:
    """What no engine takes, and what would crash ours; empty when there is nothing."""
    for name, least in _LEAST.items():
        value = getattr(placement, name)
        if not least <= value <= _MOST:
            return tr("{name} is {value}", name=name, value=value)
    if not all(0 <= layer <= _MOST for layer in placement.cpu_expert_layers):
        return tr("{name} has a number that is no layer", name="cpu_expert_layers")
    if unknown := set(placement.split_stems) - _STEMS:
        return tr("{name} has {value}", name="split_stems", value=repr(sorted(unknown)[0]))
    shares = placement.layers_by_gpu
    if len(shares) > MAX_DEVICES or not all(0 <= count <= _MOST for count in shares):
        return tr("{name} has an impossible number", name="layers_by_gpu")
    return ""


def _unreadable(path: Path, why: str) -> CoterieError:
    return CoterieError(
        Problem(
            "placement_unreadable",
            tr("The placement could not be read"),
            f"{path}: {why}",
            tr("Make one with coterie plan MODEL --json, or say auto, cpu or gpu."),
        )
    )
