"""What the installed engine says of itself, asked in a child process that may crash or hang."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from app.child_process import Answer, Child
from app.engine_build import InstalledEngine, installed_engine
from runtime.language import tr
from runtime.own_program import part_command

DESCRIBE_COMMAND = part_command("runtime.worker.describe")
DEADLINE_S = 30.0

EngineTrouble = Literal["", "not_installed", "no_answer", "not_loaded"]


class EngineDevice(msgspec.Struct, frozen=True):
    """One of ggml's devices; `kind` is "cpu", "gpu", "igpu" or "accelerator"."""

    name: str
    description: str
    kind: str
    free_bytes: int
    total_bytes: int


class VariantScore(msgspec.Struct, frozen=True):
    """A portable engine's build for one kind of processor; 0 where this one can't run it."""

    name: str
    score: int


class Described(msgspec.Struct, frozen=True):
    """The engine's own words (`runtime.worker.describe`).

    A native build has no `variants`, and no `variant` in use.
    """

    llama_cpp_python: str
    system_info: dict[str, bool]
    backends: tuple[str, ...]
    gpu_offload: bool
    rpc: bool
    devices: tuple[EngineDevice, ...]
    variant: str = ""
    variants: tuple[VariantScore, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """What llama_print_system_info() says is in use, in its order."""
        return tuple(name for name, on in self.system_info.items() if on)


@dataclass(frozen=True)
class EngineFacts:
    """`described` is None whenever there is `trouble`; `detail` is then its reason in words."""

    installed: InstalledEngine
    described: Described | None = None
    trouble: EngineTrouble = ""
    detail: str = ""


class EngineProbe:
    """Starts the child at once, so that it works while other things are looked at."""

    def __init__(self, command: Sequence[str] = DESCRIBE_COMMAND) -> None:
        self._installed = installed_engine()
        self._child = Child(command) if self._installed.version is not None else None

    def facts(self, deadline_s: float = DEADLINE_S) -> EngineFacts:
        """What was found out; `deadline_s` counts from the making of this probe."""
        if self._child is None:
            return EngineFacts(self._installed, trouble="not_installed")
        return understood(self._installed, self._child.answer(deadline_s))


def understood(installed: InstalledEngine, answer: Answer) -> EngineFacts:
    """The child's answer as facts."""
    if answer.timed_out:
        return EngineFacts(installed, trouble="no_answer")
    if answer.returncode != 0:
        return EngineFacts(installed, trouble="not_loaded", detail=_why(answer))
    try:
        return EngineFacts(installed, msgspec.json.decode(answer.stdout, type=Described))
    except msgspec.MsgspecError as error:
        detail = tr("its answer is wrong: {error}", error=error)
        return EngineFacts(installed, trouble="not_loaded", detail=detail)


def _why(answer: Answer) -> str:
    code = answer.returncode
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = tr("signal {number}", number=-code)
        return tr("it was ended by {name}", name=name)
    return answer.last_words or tr("it ended with code {code}", code=code)
