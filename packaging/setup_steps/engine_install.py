"""Puts the right engine into the environment: from the shelf if it is there, else built."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from platform import machine

from setup_steps import cuda, engine_shelf
from setup_steps.compiler import Compiler
from setup_steps.cpu import Cpu, this_cpu
from setup_steps.engine_build import Builder, build_engine
from setup_steps.engine_recipe import EngineRecipe, EngineWish, recipe, user_flags
from setup_steps.layout import Layout
from setup_steps.pip_commands import install_wheel
from setup_steps.processes import Run, SetupError
from setup_steps.stamps import digest

_VERSION = re.compile(r"^llama-cpp-python==(\S+)", re.MULTILINE)
_ASK_SYSTEM = "import llama_cpp; print(llama_cpp.llama_print_system_info().decode())"
_NO_OPENMP = "The compiler has no OpenMP: the engine will be slower on the CPU."


def locked_version(layout: Layout) -> str:
    """The engine's version as locked."""
    match = _VERSION.search(layout.lock("engine").read_text(encoding="utf-8"))
    if match is None:
        raise SetupError(f"{layout.lock('engine')} names no engine; get the file back from git.")
    return match[1]


def engine_wish(layout: Layout, environment: Mapping[str, str], run: Run) -> EngineWish:
    """The engine this machine wants now."""
    return EngineWish(
        version=locked_version(layout),
        source=digest(layout.lock("engine"), layout.lock("engine-build")),
        cpu=this_cpu(run),
        cuda=cuda.choose(cuda.look(environment, run, shutil.which)),
        user_flags=user_flags(environment),
    )


def portable_wish(layout: Layout, environment: Mapping[str, str]) -> EngineWish:
    """The engine of a bundle: for any processor of this architecture, GPUs by packs."""
    return EngineWish(
        version=locked_version(layout),
        source=digest(layout.lock("engine"), layout.lock("engine-build")),
        cpu=Cpu(machine(), "any", ()),
        cuda=cuda.CudaChoice(False, "portable: GPUs by engine packs"),
        user_flags=user_flags(environment),
        portable=True,
    )


def install_engine(builder: Builder, wish: EngineWish, compiler: Compiler, run: Run) -> None:
    """Install the engine for `wish`; one that does not load is not kept."""
    layout, made = builder.layout, recipe(wish, compiler)
    built = engine_shelf.find(layout.engines, made.key())
    if built is None:
        _announce(builder, made)
        built = build_engine(builder, made)
    else:
        print(f"Engine {wish.version}: kept from an earlier build", file=builder.out, flush=True)
    install_wheel(layout.python, built.wheel, builder.stream, builder.environment)
    loaded = run((str(layout.python), "-c", _ASK_SYSTEM))
    if loaded.code:
        engine_shelf.drop(layout.engines, made.key())
        last = (loaded.output.strip().splitlines() or ["no reason given"])[-1]
        raise SetupError(f"The engine was built but does not load: {last}")
    shutil.copyfile(built.report, layout.engine_report)


def _announce(builder: Builder, made: EngineRecipe) -> None:
    if not made.compiler.openmp:
        print(_NO_OPENMP, file=builder.out)
    kind = "with CUDA" if made.wish.cuda.use else "for the CPU"
    kind = "for any processor" if made.wish.portable else kind
    print(
        f"Building the engine {kind} ({made.wish.cuda.reason}); this takes some minutes, once",
        file=builder.out,
        flush=True,
    )
