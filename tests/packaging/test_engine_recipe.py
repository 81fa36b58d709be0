"""Each thing that makes another engine makes another key, and the flags say what was decided."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from setup_steps.compiler import Compiler
from setup_steps.cpu import Cpu, parse_cpuinfo
from setup_steps.cuda import CudaChoice
from setup_steps.engine_recipe import (
    EngineWish,
    build_environment,
    build_jobs,
    recipe,
    user_flags,
)

CPU = Cpu("x86_64", "AMD EPYC 25 17 1", ("avx2", "fma"))
NO_CUDA = CudaChoice(False, "no NVIDIA GPU found")
CUDA = CudaChoice(True, "RTX 3060, CUDA 13.0", "/usr/local/cuda/bin/nvcc", ("13.0", "RTX 3060"))
WISH = EngineWish("0.3.36", "ab" * 32, CPU, NO_CUDA, ())
GCC = Compiler("cc", "c++", "c++ (Debian) 12.2.0", openmp=True, amx_off=True)
KEY = recipe(WISH, GCC).key()
AMX_OFF = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"

OTHER_WISHES = {
    "version": replace(WISH, version="0.3.37"),
    "source": replace(WISH, source="cd" * 32),
    "CPU model": replace(WISH, cpu=replace(CPU, model="AMD EPYC 26 2 1")),
    "CPU features": replace(WISH, cpu=replace(CPU, features=("avx2", "avx512f", "fma"))),
    "CUDA": replace(WISH, cuda=CUDA),
    "GPU": replace(WISH, cuda=replace(CUDA, key=("13.0", "RTX 4090"))),
    "any processor": replace(WISH, portable=True),
    "user's flags": replace(WISH, user_flags=(("CMAKE_ARGS", "-DGGML_VULKAN=ON"),)),
}


def test_the_same_ingredients_give_the_same_key() -> None:
    assert recipe(replace(WISH), replace(GCC)).key() == KEY


@pytest.mark.parametrize("ingredient", OTHER_WISHES)
def test_another_wish_is_another_engine(ingredient: str) -> None:
    other = OTHER_WISHES[ingredient]
    assert other.digest() != WISH.digest()
    assert recipe(other, GCC).key() != KEY


def test_each_wish_differs_from_all_the_others() -> None:
    keys = {recipe(wish, GCC).key() for wish in OTHER_WISHES.values()}
    assert len(keys) == len(OTHER_WISHES)


@pytest.mark.parametrize(
    "compiler",
    [
        replace(GCC, version="c++ (Debian) 14.1.0"),
        replace(GCC, openmp=False),
        replace(GCC, amx_off=False),
    ],
)
def test_another_compiler_is_another_engine(compiler: Compiler) -> None:
    assert recipe(WISH, compiler).key() != KEY


def test_the_reason_told_to_the_user_is_no_ingredient() -> None:
    told_otherwise = replace(WISH, cuda=replace(NO_CUDA, reason="COTERIE_CUDA=off"))
    assert recipe(told_otherwise, GCC).key() == KEY


def test_the_flags_of_a_plain_build() -> None:
    assert recipe(WISH, GCC).cmake == (
        "-DCMAKE_BUILD_TYPE=Release",
        "-DLLAVA_BUILD=OFF",
        "-DGGML_NATIVE=ON",
        "-DGGML_RPC=ON",
        "-DGGML_OPENMP=ON",
        f"-DCMAKE_C_FLAGS={AMX_OFF}",
        f"-DCMAKE_CXX_FLAGS={AMX_OFF}",
    )


def test_a_portable_engine_has_a_library_for_each_kind_of_processor() -> None:
    assert recipe(replace(WISH, portable=True), GCC).cmake == (
        "-DCMAKE_BUILD_TYPE=Release",
        "-DLLAVA_BUILD=OFF",
        "-DGGML_NATIVE=OFF",
        "-DGGML_BACKEND_DL=ON",
        "-DGGML_CPU_ALL_VARIANTS=ON",
        "-DGGML_RPC=ON",
        "-DGGML_OPENMP=ON",
    )


def test_a_native_engine_keeps_its_key() -> None:
    assert WISH.digest() == "becb0b4dcd8f45e968febf28427ca671f7756f1065e3d4dbaf473ecafe4eaed5"


@pytest.mark.parametrize(
    ("wish", "compiler"),
    [
        (replace(WISH, cpu=replace(CPU, machine="aarch64")), GCC),
        (WISH, replace(GCC, amx_off=False)),
    ],
)
def test_amx_is_named_only_where_the_compiler_knows_it(
    wish: EngineWish, compiler: Compiler
) -> None:
    assert "amx" not in " ".join(recipe(wish, compiler).cmake)


def test_cuda_builds_for_the_gpu_that_is_there() -> None:
    flags = recipe(replace(WISH, cuda=CUDA), GCC).cmake
    assert "-DGGML_CUDA=ON" in flags
    assert "-DCMAKE_CUDA_ARCHITECTURES=native" in flags
    assert "-DCMAKE_CUDA_COMPILER=/usr/local/cuda/bin/nvcc" in flags
    assert "GGML_CUDA" not in " ".join(recipe(WISH, GCC).cmake)


def test_the_users_flags_come_last_and_join_ours() -> None:
    flags = user_flags({"CMAKE_ARGS": "-DGGML_NATIVE=OFF '-DX=a b'", "CFLAGS": "-O1", "HOME": "/"})
    made = recipe(replace(WISH, user_flags=flags), GCC).cmake
    assert made[-2:] == ("-DGGML_NATIVE=OFF", "-DX=a b")
    assert f"-DCMAKE_C_FLAGS=-O1 {AMX_OFF}" in made
    assert f"-DCMAKE_CXX_FLAGS={AMX_OFF}" in made


def test_the_builds_environment() -> None:
    made = recipe(WISH, GCC)
    outside = {"SOURCE_DATE_EPOCH": "1", "PATH": "/usr/bin", "PIP_CERT": "/ca", "CMAKE_ARGS": "x"}
    inside = build_environment(made, outside, "/tools/bin", "/building/tmp", jobs=3)
    assert "SOURCE_DATE_EPOCH" not in inside
    assert tuple(shlex.split(inside["CMAKE_ARGS"])) == made.cmake
    assert inside["PATH"] == "/tools/bin:/usr/bin"
    assert inside["PIP_CERT"] == "/ca"
    assert inside["CMAKE_BUILD_PARALLEL_LEVEL"] == "3"


def test_the_users_number_of_jobs_stays() -> None:
    outside = {"CMAKE_BUILD_PARALLEL_LEVEL": "1"}
    inside = build_environment(recipe(WISH, GCC), outside, "/tools", "/tmp", jobs=8)
    assert inside["CMAKE_BUILD_PARALLEL_LEVEL"] == "1"


@pytest.mark.parametrize(
    ("cores", "memory_bytes", "jobs"), [(8, 64 * 10**9, 8), (64, 8 * 10**9, 8), (4, 10**8, 1)]
)
def test_no_more_compilers_than_fit_in_memory(cores: int, memory_bytes: int, jobs: int) -> None:
    assert build_jobs(cores, memory_bytes) == jobs


X86 = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 143
model name\t: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz
stepping\t: 8
cpu MHz\t\t: {mhz}
flags\t\t: fpu sse2 avx2 {more} avx512f ssse3 amx_tile md_clear ibrs smep

processor\t: 1
model name\t: another
"""


def test_a_cpu_is_its_model_and_its_instructions() -> None:
    cpu = parse_cpuinfo(X86.format(mhz="2700.1", more=""), "x86_64")
    assert cpu.model == "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz 6 143 8"
    assert cpu.features == ("amx_tile", "avx2", "avx512f", "sse2", "ssse3")


def test_what_changes_by_the_minute_or_with_the_kernel_is_no_part_of_it() -> None:
    before = parse_cpuinfo(X86.format(mhz="2700.1", more=""), "x86_64")
    after = parse_cpuinfo(X86.format(mhz="3100.0", more="flush_l1d"), "x86_64")
    assert before == after


def test_an_arm_cpu() -> None:
    text = "Features\t: fp asimd sve i8mm\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n"
    assert parse_cpuinfo(text, "aarch64") == Cpu("aarch64", "0x41 0xd40", ("asimd", "i8mm", "sve"))
