"""The models of Ollama: files named by their hash, and manifests that say what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from app.owned.bounded_walk import Limits, files_below, small_text
from app.owned.found_model import FoundModel
from app.owned.gguf_names import as_sha256

SOURCE = "Ollama"
_MODEL = "application/vnd.ollama.image.model"
_HUBS = ("hf.co", "huggingface.co")
_SYSTEM = Path("/usr/share/ollama/.ollama/models")


class _Layer(msgspec.Struct):
    media_type: str = msgspec.field(default="", name="mediaType")
    digest: str = ""


class _Manifest(msgspec.Struct):
    layers: tuple[_Layer, ...] = ()


def find(
    home: Path, environment: Mapping[str, str], limits: Limits, system: Path = _SYSTEM
) -> Iterator[FoundModel]:
    """Those whose weights are one GGUF file. `system` is where its service keeps them."""
    folders = [home / ".ollama" / "models", system]
    if chosen := environment.get("OLLAMA_MODELS"):
        folders.insert(0, Path(chosen))
    for folder in dict.fromkeys(folders):
        manifests = folder / "manifests"
        for manifest in files_below(manifests, "", limits):
            found = _found(manifest.relative_to(manifests).parts, manifest, folder / "blobs")
            if found is not None:
                yield found


def _found(place: tuple[str, ...], manifest: Path, blobs: Path) -> FoundModel | None:
    """`place` is registry, namespace, model and tag."""
    try:
        layers = msgspec.json.decode(small_text(manifest), type=_Manifest).layers
    except msgspec.MsgspecError:
        return None
    digests = [layer.digest for layer in layers if layer.media_type == _MODEL]
    if len(place) < 3 or len(digests) != 1:
        return None
    digest = as_sha256(digests[0].removeprefix("sha256:"))
    path = blobs / f"sha256-{digest}"
    try:
        with path.open("rb") as file:
            is_gguf = file.read(4) == b"GGUF"
        size_bytes = path.stat().st_size
    except OSError:
        return None
    if not digest or not is_gguf:
        return None
    repo = "/".join(place[1:-1]) if place[0] in _HUBS else ""
    return FoundModel(_name(place), (path,), size_bytes, SOURCE, (digest,), repo)


def _name(place: tuple[str, ...]) -> str:
    """As `ollama list` has it: llama3.2:3b, or with what is not the usual before it."""
    *where, model, tag = place
    if where[0] == "registry.ollama.ai":
        where = where[1:]
    if where == ["library"]:
        where = []
    return "/".join((*where, f"{model}:{tag}"))
