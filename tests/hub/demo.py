"""A hub to try the window against: headers of true shapes over holes, and some that really load."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from app.paths import Paths
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.starter.starter_model import STARTER_FILE
from tests.hub.demo_entries import ENTRIES, Entry
from tests.hub.hub import Hub
from tests.hub.repositories import Account, Content, Declared
from tests.hub.splitting import split_gguf
from tests.hub.tiny_repository import add_tiny_repository, gguf_facts
from tests.models.tiny import write_tiny

DEMO_TOKEN = "hf_demo"
# Holes up to this size have their true hash worked out, once; above it is made up, and a download
# of such a file ends with "not what the hub says".
_HASHED_BYTES = 5_000_000_000
_PART_BYTES = 48_000_000_000


def fill(
    hub: Hub, folder: Path, say: Callable[[str], None], entries: Sequence[Entry] = ENTRIES
) -> None:
    """Put `entries` and some models that load into `hub`.

    Files are made in `folder`, once: all of them take about a minute.
    """
    folder.mkdir(parents=True, exist_ok=True)
    hub.tokens[DEMO_TOKEN] = Account("demo")
    hub.state.gates_cards = False
    hashes = _Hashes(folder / "hashes.json")
    for entry in entries:
        say(entry.repo)
        _add(hub, entry, folder, hashes)
    add_tiny_repository(hub, cache(lambda name: write_tiny(folder, name)), folder)
    _add_dense(hub, folder)
    _add_starter(hub, Paths.for_user().models_dir / STARTER_FILE)


def _add(hub: Hub, entry: Entry, folder: Path, hashes: _Hashes) -> None:
    stem = entry.repo.split("/")[1].removesuffix("-GGUF")
    files: dict[str, Content] = {}
    for mix in entry.mixes:
        paths = _made(folder, entry.spec, mix)
        for number, path in enumerate(paths, 1):
            name = f"{stem}-{mix}.gguf"
            if len(paths) > 1:
                name = f"{mix}/{stem}-{mix}-{number:05d}-of-{len(paths):05d}.gguf"
            files[name] = Declared(path, hashes.of(path))
    first = _made(folder, entry.spec, entry.mixes[0])[0]
    dense = not SPECS[entry.spec].n_expert
    hub.add(
        entry.repo,
        files,
        gated=entry.gated,
        private=entry.private,
        tags=("text-generation", "conversational", *(() if dense else ("moe",))),
        downloads=entry.downloads,
        likes=entry.likes,
        licence=entry.licence,
        base_model=entry.base_model,
        gguf=gguf_facts(first),
        card=_card(entry),
    )


def _made(folder: Path, spec: str, mix: str) -> list[Path]:
    """The file, or the parts of a large one."""
    there = sorted(folder.glob(f"{spec}-{mix}*.gguf"))
    if there:
        return there
    whole = folder / "writing.part"
    write_header(SPECS[spec], mix, whole, with_vocabulary=True)
    count = -(-whole.stat().st_size // _PART_BYTES)
    if count == 1:
        return [whole.rename(folder / f"{spec}-{mix}.gguf")]
    parts = split_gguf(whole, folder, f"{spec}-{mix}", count, holes=True)
    whole.unlink()
    return parts


class _Hashes:
    """The sha256 of each file, kept beside them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def of(self, path: Path) -> str:
        if path.name not in self._known:
            self._known[path.name] = _sha256(path)
            self._path.write_text(json.dumps(self._known, indent=1))
        return self._known[path.name]


def _sha256(path: Path) -> str:
    if path.stat().st_size > _HASHED_BYTES:
        return hashlib.sha256(f"made up for {path.name}".encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add_dense(hub: Hub, folder: Path) -> None:
    path = write_tiny(folder, "llama-dense")
    hub.add(
        "coterie-tests/Tiny-Dense-GGUF",
        {"Tiny-Dense-Q8_0.gguf": path},
        tags=("text-generation",),
        downloads=77,
        licence="mit",
        gguf=gguf_facts(path),
    )


def _add_starter(hub: Hub, path: Path) -> None:
    """The starter model, where the set-up has made it: one to download, load and chat with."""
    if not path.exists():
        return
    hub.add(
        "coterie-tests/SmolLM2-135M-8x-MoE-GGUF",
        {"SmolLM2-135M-8x-MoE-Q4_1.gguf": path},
        tags=("moe", "text-generation", "conversational"),
        downloads=512,
        likes=8,
        licence="apache-2.0",
        base_model="HuggingFaceTB/SmolLM2-135M-Instruct",
        gguf=gguf_facts(path),
        card="# SmolLM2 135M as 8 experts\n\nThe starter model: small enough to try everything.\n",
    )


def _card(entry: Entry) -> str:
    title = entry.repo.split("/")[1].removesuffix("-GGUF")
    rows = "\n".join(f"| {mix} | {title}-{mix} |" for mix in entry.mixes)
    return f"""# {title}

Quantised files of [{entry.base_model}](https://huggingface.co/{entry.base_model}).

| Quantisation | File |
|---|---|
{rows}

These files have the **shape** of the real ones and no weights: they are for trying searches,
predictions and downloads against a local hub.

```
coterie pull {entry.repo}:{entry.mixes[0]}
```
"""
