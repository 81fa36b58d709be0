"""What a model is, from its header alone: its family, size, experts and licence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from runtime.gguf.file_types import quantisation
from runtime.gguf.header import GgufHeader
from runtime.gguf.problems import damaged, unreadable
from runtime.gguf.values import SkippedArray, Value, shown
from runtime.language import marked, number, tr

# The engine aborts its process above these (llama-hparams.h), so they are errors here.
MAX_LAYERS = 512
MAX_EXPERTS = 1024
_MAX_COUNT = (1 << 31) - 1

# Experts as one tensor per layer, or one tensor each as in the first Mixtral files.
_ROUTED = re.compile(r"blk\.(\d+)\.ffn_(?:gate|up|down|gate_up)(?:_exps|_chexps|\.\d+)\.")
# Files under .gguf that go with a model and are not one, by general.type.
_NOT_MODELS = {
    "adapter": marked("The file is an adapter for another model."),
    "imatrix": marked("The file is an importance matrix, made for quantising a model."),
    "mmproj": marked("The file is a projector for images or sound, which goes with a model."),
    "vocab": marked("The file is only a vocabulary."),
}


@dataclass(frozen=True)
class ModelShape:
    """One model. 0 experts is dense; `parameters_active` counts the routed experts one token uses.

    `n_layer` counts every block, multi-token-prediction blocks (`n_layer_nextn`) included.
    `expert_used_count` is the largest of all layers. Texts are empty when the file has none.
    """

    architecture: str
    name: str
    size_label: str
    quantisation: str
    licence: str
    note: str
    file_bytes: int
    parameters_total: int
    parameters_active: int
    expert_count: int
    expert_used_count: int
    expert_shared_count: int
    n_layer: int
    n_layer_nextn: int
    n_embd: int
    n_ctx_train: int
    has_chat_template: bool


def model_shape(header: GgufHeader) -> ModelShape:
    """The shape of the model with `header`.

    Raises CoterieError of kind "model_unreadable" when the file is no model, or states sizes that
    no model has (those would abort the engine).
    """
    architecture = _architecture(header)
    counts = _Counts(header, architecture)
    n_layer = counts.one("block_count", least=1, most=MAX_LAYERS)
    expert_count = counts.one("expert_count", default=0, most=MAX_EXPERTS)
    used = counts.by_layer("expert_used_count", n_layer)
    if max(used) > expert_count or (expert_count and not max(used)):
        raise damaged(
            tr(
                "Its header says that {used} of {count} experts are used.",
                used=max(used),
                count=expert_count,
            )
        )
    total, active = _parameters(header, expert_count, used)
    return ModelShape(
        architecture=architecture,
        name=header.text("general.name"),
        size_label=header.text("general.size_label"),
        quantisation=quantisation(header),
        licence=header.text("general.license"),
        note=header.text("coterie.note"),
        file_bytes=header.file_bytes,
        parameters_total=total,
        parameters_active=active,
        expert_count=expert_count,
        expert_used_count=max(used),
        expert_shared_count=counts.one("expert_shared_count", default=0, most=MAX_EXPERTS),
        n_layer=n_layer,
        n_layer_nextn=counts.one("nextn_predict_layers", default=0, most=n_layer),
        n_embd=counts.one("embedding_length", least=1),
        n_ctx_train=counts.one("context_length", least=1),
        has_chat_template=bool(header.text("tokenizer.chat_template")),
    )


def _companion(header: GgufHeader) -> str:
    if header.text("general.architecture") == "clip":
        return _NOT_MODELS["mmproj"]
    return _NOT_MODELS.get(header.text("general.type"), "")


def _architecture(header: GgufHeader) -> str:
    if sentence := _companion(header):
        raise unreadable(
            tr("This is not a model by itself"),
            tr(sentence),
            tr("Choose the file of the model itself."),
        )
    architecture = header.text("general.architecture")
    if not architecture:
        raise damaged(tr("Its header does not name the model's architecture."))
    return architecture


class _Counts:
    """Whole numbers under an architecture's own keys, each within its bounds."""

    def __init__(self, header: GgufHeader, architecture: str) -> None:
        self._metadata = header.metadata
        self._architecture = architecture

    def one(
        self, key: str, *, default: int | None = None, least: int = 0, most: int = _MAX_COUNT
    ) -> int:
        value = self._metadata.get(self._full(key), default)
        return self._checked(key, value, least, most)

    def by_layer(self, key: str, n_layer: int) -> tuple[int, ...]:
        """One number for all layers or a list with one for each; 0 when there is none."""
        value = self._metadata.get(self._full(key), 0)
        if not isinstance(value, tuple):
            return (self._checked(key, value, 0, MAX_EXPERTS),) * n_layer
        if len(value) != n_layer:
            raise damaged(
                tr(
                    '"{key}" in its header has {count} numbers for {layers} layers.',
                    key=shown(self._full(key)),
                    count=len(value),
                    layers=n_layer,
                )
            )
        return tuple(self._checked(key, element, 0, MAX_EXPERTS) for element in value)

    def _checked(self, key: str, value: Value | None, least: int, most: int) -> int:
        if isinstance(value, int) and least <= value <= most:
            return int(value)
        raise damaged(_refusal(shown(self._full(key)), value, least, most))

    def _full(self, key: str) -> str:
        return f"{self._architecture}.{key}"


def _refusal(key: str, value: Value | None, least: int, most: int) -> str:
    """Why `value` is no count."""
    if value is None:
        return tr('Its header does not say "{key}".', key=key)
    if isinstance(value, int):
        return tr(
            '"{key}" in its header is {value}; {least} to {most} is possible.',
            key=key,
            value=number(value, ","),
            least=least,
            most=number(most, ","),
        )
    if isinstance(value, tuple | SkippedArray):
        return tr('"{key}" in its header is a list.', key=key)
    return tr('"{key}" in its header is no whole number.', key=key)


def _parameters(header: GgufHeader, expert_count: int, used: tuple[int, ...]) -> tuple[int, int]:
    """All parameters, and those that one token uses."""
    total, active = 0, Fraction(0)
    for tensor in header.tensors:
        total += tensor.elements
        share = Fraction(1)
        if expert_count and (match := _ROUTED.match(tensor.name)):
            layer = int(match[1])
            share = Fraction(used[layer] if layer < len(used) else max(used), expert_count)
        active += tensor.elements * share
    return total, round(active)
