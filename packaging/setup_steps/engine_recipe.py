"""What engine to build for this machine: its flags, and the key under which it is kept."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from setup_steps.compiler import AMX_OFF, Compiler
from setup_steps.cpu import Cpu
from setup_steps.cuda import CudaChoice

# ggml turns native, AVX2, FMA and F16C off when it is set.
NOT_FOR_THE_BUILD = ("SOURCE_DATE_EPOCH",)
_USER_FLAGS = ("CMAKE_ARGS", "CFLAGS", "CXXFLAGS")
_X86 = ("x86_64", "AMD64")
_KEY_LENGTH = 20
# One library for each kind of processor, chosen when the engine starts.
_PORTABLE = ("-DGGML_NATIVE=OFF", "-DGGML_BACKEND_DL=ON", "-DGGML_CPU_ALL_VARIANTS=ON")


@dataclass(frozen=True)
class EngineWish:
    """What can be known without a compiler; a changed wish means another engine."""

    version: str
    source: str
    cpu: Cpu
    cuda: CudaChoice
    user_flags: tuple[tuple[str, str], ...]
    portable: bool = False

    def digest(self) -> str:
        facts: tuple[object, ...]
        facts = (self.version, self.source, asdict(self.cpu), self.cuda.key, self.user_flags)
        if self.portable:
            facts += ("portable",)
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


@dataclass(frozen=True)
class EngineRecipe:
    """The whole recipe: the wish, the compiler and the CMake arguments they give."""

    wish: EngineWish
    compiler: Compiler
    cmake: tuple[str, ...]

    def key(self) -> str:
        """Same key, same engine: version, source, CPU, compiler and every flag are in it."""
        facts = (self.wish.digest(), self.compiler.version, self.cmake)
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:_KEY_LENGTH]


def user_flags(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The user's own build flags; they are kept, and are part of the key."""
    return tuple((name, environment[name]) for name in _USER_FLAGS if environment.get(name))


def recipe(wish: EngineWish, compiler: Compiler) -> EngineRecipe:
    """The CMake arguments for `wish`: ours, then the user's, whose word is the last."""
    user = dict(wish.user_flags)
    cmake = [
        "-DCMAKE_BUILD_TYPE=Release",
        "-DLLAVA_BUILD=OFF",
        *(_PORTABLE if wish.portable else ("-DGGML_NATIVE=ON",)),
        "-DGGML_RPC=ON",
        f"-DGGML_OPENMP={'ON' if compiler.openmp else 'OFF'}",
    ]
    # A portable build has AMX in one variant alone, and whether that one is used is for the
    # program to say (runtime/engine/cpu_variants.py).
    if wish.cpu.machine in _X86 and compiler.amx_off and not wish.portable:
        # A native build on a CPU with AMX crashes on the first decode of Q4_1 weights
        # (ggml-org/llama.cpp#20824); without AMX it was also faster.
        cmake += [
            f"-DCMAKE_{language}_FLAGS={' '.join((*user.get(own, '').split(), *AMX_OFF))}"
            for language, own in (("C", "CFLAGS"), ("CXX", "CXXFLAGS"))
        ]
    if wish.cuda.use:
        cmake += [
            "-DGGML_CUDA=ON",
            f"-DCMAKE_CUDA_COMPILER={wish.cuda.nvcc}",
            "-DCMAKE_CUDA_ARCHITECTURES=native",
        ]
    cmake += shlex.split(user.get("CMAKE_ARGS", ""))
    return EngineRecipe(wish, compiler, tuple(cmake))


def build_environment(
    recipe: EngineRecipe, environment: Mapping[str, str], tools: str, temporary: str, jobs: int
) -> dict[str, str]:
    """The environment of the build; `tools` is the folder of cmake and ninja."""
    kept = {name: value for name, value in environment.items() if name not in NOT_FOR_THE_BUILD}
    kept.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(jobs))
    return {
        **kept,
        # scikit-build-core splits it as a shell does, so flags with spaces stay whole.
        "CMAKE_ARGS": shlex.join(recipe.cmake),
        "CC": recipe.compiler.c,
        "CXX": recipe.compiler.cxx,
        "PATH": f"{tools}:{kept.get('PATH', '')}",
        "TMPDIR": temporary,
        # Else pip, whose output goes to a pipe, keeps ninja's lines back.
        "PYTHONUNBUFFERED": "1",
    }


def build_jobs(cores: int, memory_available_bytes: int) -> int:
    """How many compilers at once: one a core, and no more than fit in memory."""
    # The heaviest files of llama.cpp take 0.6 to 0.9 GB in g++ 12.
    return max(1, min(cores, memory_available_bytes // 10**9))
