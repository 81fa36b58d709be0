"""What DeepSeek-V3 on one A100 takes, as our own planner says; a test plans it again."""

from __future__ import annotations

from dataclasses import dataclass

from app import number_text
from runtime.language import number, tr

MONTHLY_COST_ID = "ainews-month-deepseek-v3"
GPU_NAME = "A100 80GB"
QUANTISATION = "Q4_K_M"
FILE_BYTES = 404_488_919_328
CORES = 32
HOST_GB_PER_S = 200
N_CTX = 4096


@dataclass(frozen=True)
class PlannedServer:
    """The best plan for one such GPU beside so much RAM. `disk_bytes` of what the host holds do
    not fit into it and are read again and again. Speeds are (low, middle, high) in tokens/s.
    """

    ram_gib: int
    gpu_bytes: int
    host_bytes: int
    disk_bytes: int
    prompt: tuple[float, float, float]
    decode: tuple[float, float, float]

    def request_s(self, prompt_tokens: int, answer_tokens: int) -> float:
        return prompt_tokens / self.prompt[1] + answer_tokens / self.decode[1]


ENOUGH_RAM = PlannedServer(
    ram_gib=512,
    gpu_bytes=82_847_754_485,
    host_bytes=322_692_807_434,
    disk_bytes=0,
    prompt=(12.57, 16.97, 22.91),
    decode=(4.264, 5.756, 7.771),
)
LITTLE_RAM = PlannedServer(
    ram_gib=128,
    gpu_bytes=82_847_754_485,
    host_bytes=322_692_807_434,
    disk_bytes=200_071_491_134,
    prompt=(2.891, 3.902, 5.268),
    decode=(0.227, 0.3064, 0.4137),
)


def note(seconds_per_request: float, machines: int) -> str:
    """What stands beside the article's row."""
    low, _, high = ENOUGH_RAM.decode
    return tr(
        "It does not fit in 80 GB. Our planner: {gpu} on the GPU and {ram} in RAM at {quant}, "
        "predicted {speed} tok/s. "
        "{seconds} a request, so {machines} such machines for the month.",
        gpu=number_text.gib_unit(ENOUGH_RAM.gpu_bytes),
        ram=number_text.gib_unit(ENOUGH_RAM.host_bytes),
        quant=QUANTISATION,
        speed=number_text.predicted_range(low, high),
        seconds=number_text.duration(seconds_per_request),
        machines=number(machines, ","),
    )


def inputs() -> tuple[tuple[str, str], ...]:
    """Each plan in a line, for the explanation."""
    return tuple(_line(server) for server in (ENOUGH_RAM, LITTLE_RAM))


def _line(server: PlannedServer) -> tuple[str, str]:
    gpu = number_text.gib_unit(server.gpu_bytes)
    ram = number_text.gib_unit(server.host_bytes - server.disk_bytes)
    low, _, high = server.decode
    speed = number_text.predicted_range(low, high)
    machine = tr(
        "Planned for one {gpu}, {ram} GiB of RAM at {rate} GB/s, {cores} cores",
        gpu=GPU_NAME,
        ram=server.ram_gib,
        rate=HOST_GB_PER_S,
        cores=CORES,
    )
    if not server.disk_bytes:
        return machine, tr(
            "{gpu} on the GPU, {ram} in RAM, {speed} tok/s", gpu=gpu, ram=ram, speed=speed
        )
    disk = number_text.gib_unit(server.disk_bytes)
    return machine, tr(
        "{gpu} on the GPU, {ram} in RAM, {disk} from disk, {speed} tok/s",
        gpu=gpu,
        ram=ram,
        disk=disk,
        speed=speed,
    )
