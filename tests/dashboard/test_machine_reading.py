"""One reading of the machine: other makers' GPUs, power and heat from trees; this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil

from app.dashboard.machine_reading import (
    MachineReading,
    cpu_throttles,
    other_gpus,
    throttle_files,
)
from app.dashboard.machine_sample import GpuSample
from tests.app.trees import write_tree

GIB = 1 << 30
NO_DRIVER = (sys.executable, "-c", "import sys\nfor line in sys.stdin: print('{}', flush=True)")
AMD = {
    "sys/class/drm/card1/device/vendor": "0x1002\n",
    "sys/class/drm/card1/device/device": "0x744c\n",
    "sys/class/drm/card1/device/product_name": "AMD Radeon RX 7900 XTX\n",
    "sys/class/drm/card1/device/mem_info_vram_total": f"{24 * GIB}\n",
    "sys/class/drm/card1/device/mem_info_vram_used": f"{3 * GIB}\n",
    "dev/dri/card1": "",
}
NVIDIA = {
    "sys/class/drm/card0/device/vendor": "0x10de\n",
    "sys/class/drm/card0/device/device": "0x2786\n",
    "dev/dri/card0": "",
}


def core(number: int, package: int, count: str) -> dict[str, str]:
    folder = f"sys/devices/system/cpu/cpu{number}"
    return {
        f"{folder}/topology/physical_package_id": f"{package}\n",
        f"{folder}/thermal_throttle/package_throttle_count": f"{count}\n",
    }


def test_other_makers_gpus(tmp_path: Path) -> None:
    write_tree(tmp_path, AMD | NVIDIA)
    assert other_gpus(tmp_path) == (GpuSample("AMD Radeon RX 7900 XTX", 24 * GIB, 3 * GIB),)


def test_each_package_counts_once(tmp_path: Path) -> None:
    assert cpu_throttles(throttle_files(tmp_path)) is None
    write_tree(tmp_path, core(0, 0, "5") | core(1, 0, "5") | core(8, 1, "2"))
    files = throttle_files(tmp_path)
    assert cpu_throttles(files) == 7
    write_tree(tmp_path, core(0, 0, "6"))
    assert cpu_throttles(files) == 8
    files[0].unlink()
    assert cpu_throttles(files) is None


def test_a_counter_that_is_no_number_is_none(tmp_path: Path) -> None:
    write_tree(tmp_path, core(0, 0, "many"))
    assert throttle_files(tmp_path) == ()


def test_this_machine() -> None:
    reading = MachineReading()
    sample = reading.read(os.getpid())
    reading.rest()
    assert sample.total_bytes <= psutil.virtual_memory().total
    assert 0 < sample.available_bytes <= sample.total_bytes
    assert sample.worker is not None
