"""Homes in which other programs keep models, laid out as each of them does."""

from __future__ import annotations

import json
from pathlib import Path

from tests.owned.files import put_model, sha256_of

COMMIT, OLD_COMMIT = "a" * 40, "b" * 40


def hugging_face(hub: Path, repo: str, name: str, commits: tuple[str, ...] = (COMMIT,)) -> Path:
    """blobs by sha256, snapshots that link to them, refs/main at the first commit; the last one's
    file is returned.
    """
    folder = hub / f"models--{repo.replace('/', '--')}"
    made = put_model(folder / "blobs" / "new.gguf", name)
    blob = made.rename(folder / "blobs" / sha256_of(made))
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(commits[0])
    for commit in commits:
        link = folder / "snapshots" / commit / name
        link.parent.mkdir(parents=True)
        link.symlink_to(Path("..", "..", "blobs", blob.name))
    return link


def lm_studio(models: Path, repo: str, name: str) -> Path:
    put_model(models / repo / f"mmproj-{name}", general__type="mmproj")
    return put_model(models / repo / name)


def jan(data: Path, model_id: str, *, model_path: str = "") -> Path:
    """A downloaded model, or one at `model_path` that Jan only points to."""
    folder = data / "llamacpp" / "models" / model_id
    path = Path(model_path) if model_path else folder / "model.gguf"
    put_model(path, model_id)
    put_model(folder / "mmproj.gguf", general__type="mmproj")
    relative = model_path or f"llamacpp/models/{model_id}/model.gguf"
    (folder / "model.yml").write_text(
        f"embedding: false\nmmproj_path: llamacpp/models/{model_id}/mmproj.gguf\n"
        f"model_path: {relative}\nmodel_sha256: {sha256_of(path)}\nname: {model_id}\n"
        f"size_bytes: {path.stat().st_size}\n"
    )
    return path


def ollama(models: Path, place: str, name: str) -> Path:
    """`place` is registry/namespace/model/tag."""
    blobs = models / "blobs"
    made = put_model(blobs / "new.gguf", name)
    digest = sha256_of(made)
    blob = made.rename(blobs / f"sha256-{digest}")
    layers = [
        {
            "mediaType": "application/vnd.ollama.image.model",
            "digest": f"sha256:{digest}",
            "size": blob.stat().st_size,
        },
        {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:00", "size": 1},
    ]
    manifest = models / "manifests" / place
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(json.dumps({"schemaVersion": 2, "config": {}, "layers": layers}))
    return blob


def llama_cpp(cache: Path, owner: str, name: str, file: str) -> Path:
    path = put_model(cache / f"{owner}_{name}_{file}")
    path.with_name(f"{path.name}.json").write_text('{"etag": "x"}')
    (cache / f"manifest={owner}={name}=latest.json").write_text("{}")
    put_model(cache / f"{owner}_{name}_{file}.downloadInProgress")
    return path
