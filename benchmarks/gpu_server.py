"""llama-server built with CUDA, from the same source as the engine, and timed on the same turns."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from benchmarks.gpu_outcome import Outcome, Turn
from benchmarks.gpu_worker import OUT_OF_MEMORY, Workload
from benchmarks.peers import AMX_OFF, FLAGS
from runtime.worker.measuring import made_up_tokens

CUDA_FLAGS = ("-DGGML_CUDA=ON", "-DCMAKE_CUDA_ARCHITECTURES=native")
# Fewer tokens than any of the vocabularies has; the first ones are special.
FIRST_TOKENS = 50_000
NOT_BUILT = (
    "llama-server with CUDA is not built: run with --build-server SDIST, where SDIST is the file "
    "llama_cpp_python-*.tar.gz, or name its folder in COTERIE_CUDA_PEERS"
)
_LAST_LINES = 3


def found_server(cache: Path) -> Path | None:
    """The program in COTERIE_CUDA_PEERS or in `cache`, None when it is not built."""
    named = os.environ.get("COTERIE_CUDA_PEERS")
    program = Path(named or cache / "build" / "bin") / "llama-server"
    return program if program.exists() else None


def build_server(sdist: Path, cache: Path) -> Path:
    """Compile it out of `sdist` with the machine's own cmake and nvcc; no network is needed.

    OSError or subprocess.CalledProcessError when that fails.
    """
    cmake = shutil.which("cmake")
    if cmake is None:
        raise OSError("cmake is not on the PATH")
    cache.mkdir(parents=True, exist_ok=True)
    with tarfile.open(sdist) as source:
        source.extractall(cache, filter="data")
    native = next(cache.glob("llama_cpp_python-*/vendor/llama.cpp"))
    build = str(cache / "build")
    without_amx = [f"-DCMAKE_{language}_FLAGS={AMX_OFF}" for language in ("C", "CXX")]
    configure = (cmake, "-S", str(native), "-B", build, *FLAGS, *CUDA_FLAGS, *without_amx)
    for command in (configure, (cmake, "--build", build, "--parallel", "--target", "llama-server")):
        subprocess.run(command, check=True)
    return cache / "build" / "bin" / "llama-server"


@dataclass(frozen=True)
class ServerBench:
    """`program` writes its words to `log`."""

    program: Path
    log: Path
    workloads: tuple[Workload, ...]

    def outcome(self, blank: Outcome, arguments: tuple[str, ...], until_s: float) -> Outcome:
        """`blank` filled in with the turns under `arguments`, or with why there are none."""
        began_s = time.monotonic()
        command = (str(self.program), *arguments, "-np", "1")
        filled = replace(blank, command=shlex.join(command))
        try:
            with _running(command, self.log, until_s) as port:
                turns = tuple(_turn(port, work, until_s) for work in self.workloads)
        except (OSError, RuntimeError) as reason:
            text = f"{reason}{_last_words(self.log)}"
            memory = any(words in _text(self.log) for words in OUT_OF_MEMORY)
            kind = "gpu_memory" if memory else "server"
            seconds = time.monotonic() - began_s
            return replace(filled, problem=text, problem_kind=kind, seconds=seconds)
        return replace(filled, turns=turns, seconds=time.monotonic() - began_s)


def _turn(port: int, work: Workload, until_s: float) -> Turn:
    """Sampled hot, so that a random model does not write one token over and over."""
    body = {
        "prompt": made_up_tokens(work.prompt_tokens, FIRST_TOKENS),
        "n_predict": work.decode_tokens + 1,
        "temperature": 20.0,
        "top_k": 40,
        "seed": 1,
        "ignore_eos": True,
        "cache_prompt": False,
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/completion",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=max(1.0, until_s - time.monotonic())) as answer:
        timings = json.load(answer)["timings"]
    # The first token comes with the prompt: its clock starts there.
    decode_rate = (timings["predicted_n"] - 1) / timings["predicted_ms"] * 1000
    return work.turn(timings["prompt_n"] / timings["prompt_ms"] * 1000, decode_rate)


@contextmanager
def _running(command: tuple[str, ...], log: Path, until_s: float) -> Iterator[int]:
    """The server until the block ends; gives its port. RuntimeError when it does not get ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = (*command, "--host", "127.0.0.1", "--port", str(port))
    with log.open("wb") as file:
        process = subprocess.Popen(words, stdout=file, stderr=file)
    try:
        _wait_ready(process, port, until_s)
        yield port
    finally:
        process.kill()
        process.wait()


def _wait_ready(process: subprocess.Popen[bytes], port: int, until_s: float) -> None:
    while time.monotonic() < until_s:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
            return
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(0.25)
            raise RuntimeError(f"llama-server ended with code {code}")
    raise RuntimeError("llama-server was not ready in the time there was")


def _text(log: Path) -> str:
    try:
        return log.read_text("utf-8", "replace")
    except OSError:
        return ""


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in _text(log).splitlines() if line.strip()]
    return f": {' / '.join(lines[-_LAST_LINES:])}" if lines else ""
