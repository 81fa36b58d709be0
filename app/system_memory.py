"""Host memory as the live panel shows it, sampled once a second."""

from __future__ import annotations

import psutil

from app.session_state import SystemMemory


def sample(engine_pid: int | None) -> SystemMemory:
    """Memory now; a worker that has just gone counts as 0."""
    memory = psutil.virtual_memory()
    rss_bytes = 0
    if engine_pid is not None:
        try:
            rss_bytes = psutil.Process(engine_pid).memory_info().rss
        except psutil.Error:
            rss_bytes = 0
    return SystemMemory(memory.total, memory.available, rss_bytes)
