"""The native programs of the same llama.cpp source: built once, then run beside Coterie."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
TARGETS = ("llama-bench", "llama-server")
FLAGS = (
    "-DCMAKE_BUILD_TYPE=Release",
    "-DLLAMA_CURL=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_UI=OFF",
)
AMX_OFF = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
SERVER_PORT = 18177
READY_S = 60.0


@dataclass(frozen=True)
class Peers:
    """The folder of the built programs."""

    bin_dir: Path

    def bench_tokens_per_s(self, model: Path, n_threads: int, tokens: int, depth: int) -> float:
        """llama-bench's decode speed, one repetition."""
        done = subprocess.run(
            (
                *(str(self.bin_dir / "llama-bench"), "-m", str(model), "-p", "0"),
                *("-n", str(tokens), "-d", str(depth), "-t", str(n_threads)),
                *("-r", "1", "-o", "json"),
            ),
            check=True,
            capture_output=True,
            text=True,
        )
        return float(json.loads(done.stdout)[0]["avg_ts"])

    @contextmanager
    def server(self, model: Path) -> Iterator[Server]:
        """llama-server with its default threads."""
        process = subprocess.Popen(
            (
                *(str(self.bin_dir / "llama-server"), "-m", str(model), "-c", "4096"),
                *("--port", str(SERVER_PORT), "--host", "127.0.0.1"),
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            server = Server(process)
            server.wait_ready()
            yield server
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]

    def wait_ready(self) -> None:
        for _ in range(int(READY_S / 0.25)):
            with suppress(urllib.error.URLError):
                urllib.request.urlopen(f"http://127.0.0.1:{SERVER_PORT}/health", timeout=5)
                return
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.25)
        raise RuntimeError("llama-server did not start")

    def decode_tokens_per_s(self, prompt: str, tokens: int) -> float:
        body = {
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": tokens,
            "temperature": 0,
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{SERVER_PORT}/v1/chat/completions",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=900) as answer:
            return float(json.load(answer)["timings"]["predicted_per_second"])


def find_or_build(cache: Path) -> Peers:
    """The peers in `cache`, or in COTERIE_PEERS; built from the locked source when missing."""
    named = os.environ.get("COTERIE_PEERS")
    bin_dir = Path(named) if named else cache / "bin"
    if not all((bin_dir / target).exists() for target in TARGETS):
        print("Building llama-bench and llama-server; this takes a quarter of an hour, once")
        _build(cache)
        bin_dir = cache / "bin"
    return Peers(bin_dir)


def _build(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    tools = cache / "tools"
    _run(sys.executable, "-m", "venv", str(tools))
    pip = (str(tools / "bin" / "python"), "-m", "pip", "-q")
    build_lock, engine_lock = (
        str(CHECKOUT / "packaging" / f"{name}.lock") for name in ("engine-build", "engine")
    )
    _run(*pip, "install", "--require-hashes", "-r", build_lock)
    _run(
        *(*pip, "download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"),
        *("--require-hashes", "-r", engine_lock, "-d", str(cache)),
    )
    with tarfile.open(next(cache.glob("llama_cpp_python-*.tar.gz"))) as source:
        source.extractall(cache, filter="data")
    native = next(cache.glob("llama_cpp_python-*/vendor/llama.cpp"))
    cmake = str(tools / "bin" / "cmake")
    flags = [f"-DCMAKE_{language}_FLAGS={AMX_OFF}" for language in ("C", "CXX")]
    _run(cmake, "-S", str(native), "-B", str(cache), *FLAGS, *flags)
    # Without a number make starts everything at once, half a gigabyte each.
    _run(cmake, "--build", str(cache), "--parallel", str(os.cpu_count() or 1), "--target", *TARGETS)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
