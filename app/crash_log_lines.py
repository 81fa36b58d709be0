"""Which lines of a process's log may stand in a crash report: those of a shape that has no room
for what a person wrote.
"""

from __future__ import annotations

import re

from app.crash_traces import own_file

MOST_LINES = 40
_SIZE = r"[\d.]+ [KMG]i?B"
_FILE = r"(?:.*[\\/])?([\w.+-]+:\d+"
# llama.cpp's and ggml's own (v0.5.0), with numbers and names of theirs as the only things in them.
# Where a shape has groups, only those are told: the folders of files are not.
_ENGINE = tuple(
    re.compile(shape)
    for shape in (
        # "RPC0[HOST:PORT]" is a device of another computer: where that is found is not told.
        rf"(\w+:\s+\w+)(?:\[\S*\])?(\s+(?:model|KV|RS|compute|output) buffer size =\s+{_SIZE})",
        r"load_tensors: offload(?:ing|ed) [\d/]+ (?:repeating )?layers to GPU",
        r"ggml_\w+",
        r"ggml_\w+: (?:failed to allocate|allocating) [\w .]{1,60}(?:: \w+ failed: out of memory)?",
        r"ggml_\w+: found \d+ \w+ devices?:?",
        r"(load_backend: loaded \w+ backend from ).*?([\w.+-]+)",
        r"(load_backend: failed to (?:load|find)) .*",
        r"(?:CUDA|HIP|ROCm|Vulkan|SYCL|MUSA) error: [a-z ]{1,60}",
        rf"(\s*current device: \d+, in function \w+ at ){_FILE})",
        rf"{_FILE}: (?:CUDA|ROCm|MUSA|SYCL) error)",
        rf"{_FILE}: GGML_ASSERT\([\w\s().,&|!=<>+*/%\[\]-]{{1,160}}\) failed)",
        r"llama_\w+: n_\w+\s+= \d+",
        r"(?:decode|graph_reserve|graph_compute): failed to [\w ]{1,60}",
        r"terminate called without an active exception",
        r"terminate called after throwing an instance of '[\w:]{1,80}'",
        r"(?:Segmentation fault|Aborted|Killed|Illegal instruction|Bus error)(?: \(core dumped\))?",
        r"double free or corruption \([a-z!]{1,20}\)",
        r"(?:malloc|free)\(\): [a-z ]{1,60}(?:\([a-z]{1,20}\))?",
    )
)
_FRAME = re.compile(r'\s*File "([^"\n]{1,400})", line (\d{1,7}),? in ([\w<>.]{1,120})')
_FATAL = re.compile(
    r"((?:Fatal Python error|Windows fatal exception): (?:Segmentation fault|Aborted|Bus error"
    r"|Illegal instruction|Floating-point exception|Stack overflow|access violation|stack overflow"
    r"|int divide by zero|illegal instruction|in page error|code 0x[0-9a-f]+))\s*"
)
_THREAD = re.compile(
    r"((?:Current thread|Thread) 0x[0-9a-f]+)(?: \[.{1,40}\])? \(most recent call first\):"
)
_TYPE = re.compile(
    r"((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit)|BrokenChannel)(?::.*)?"
)
_TRACEBACK = "Traceback (most recent call last):"


def safe_lines(log: str) -> tuple[str, ...]:
    """The last lines of `log` that may be told."""
    kept = (_kept(line) for line in log.splitlines())
    return tuple(line for line in kept if line)[-MOST_LINES:]


def _kept(line: str) -> str:
    """The line as it may be told, "" where it may not."""
    line = line.rstrip()
    if line == _TRACEBACK:
        return line
    if frame := _FRAME.fullmatch(line):
        own = own_file(frame[1])
        return f"  {own}:{frame[2]} in {frame[3]}" if own else ""
    for shape in (_FATAL, _THREAD, _TYPE):
        if found := shape.fullmatch(line):
            return found[1]
    for shape in _ENGINE:
        if found := shape.fullmatch(line):
            return "".join(found.groups()) if found.groups() else line
    return ""
