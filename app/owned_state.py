"""What the list of models on this computer adds to their headers, and what it may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from runtime.errors import Problem

ImportHow = Literal["link", "copy", "move"]
TaskKind = Literal["verify", "import", "move_models", "delete", "find"]


@dataclass(frozen=True)
class OwnedFacts:
    """Beside one `LocalModel`, by its id. `last_used_at_s` is Unix time, 0 for never.

    `source` is a repository or what it was imported from, "" for a file somebody put there;
    `first_file` is the file's name without its folder.
    `verified_at_s` is 0 for never; `linked` files belong to another program, `shipped` ones to
    this one: they can't be deleted.
    """

    model_id: str
    source: str = ""
    licence: str = ""
    last_used_at_s: float = 0.0
    decode_tokens_per_s: float | None = None
    prompt_tokens_per_s: float | None = None
    verified_at_s: float = 0.0
    linked: bool = False
    shipped: bool = False
    first_file: str = ""


@dataclass(frozen=True)
class OwnedTask:
    """What runs on model files now: one at a time. `about` is the name it is about."""

    kind: TaskKind
    about: str
    done_bytes: int = 0
    total_bytes: int = 0


@dataclass(frozen=True)
class FoundRow:
    """A model of another program on this disk. `key` is what an import of it is asked by."""

    key: str
    name: str
    source: str
    size_bytes: int
    is_known: bool


@dataclass(frozen=True)
class OwnedView:
    """`found` is None until another program's models were looked for. `said` is what the last task
    came to, in one sentence; `problem` what it failed with.
    """

    facts: tuple[OwnedFacts, ...] = ()
    task: OwnedTask | None = None
    found: tuple[FoundRow, ...] | None = None
    said: str = ""
    problem: Problem | None = None

    def of(self, model_id: str) -> OwnedFacts:
        """The facts of that model, empty ones where nothing is known."""
        return next((f for f in self.facts if f.model_id == model_id), OwnedFacts(model_id))


class OwnedCommands(Protocol):
    """Each answers with a new `OwnedView` (and a new list of models in the session)."""

    def refresh(self) -> None: ...
    def verify(self, model_id: str) -> None: ...
    def reveal(self, model_id: str) -> None: ...
    def delete(self, model_id: str, *, for_good: bool) -> None: ...
    def import_paths(self, paths: tuple[str, ...], how: ImportHow) -> None: ...
    def find_elsewhere(self) -> None: ...
    def import_found(self, keys: tuple[str, ...], how: ImportHow) -> None: ...
    def move_models(self, folder: str) -> None: ...
    def cancel_task(self) -> None: ...
