"""How the memory map came about: its formula, its sums and where they are from."""

from __future__ import annotations

from collections.abc import Iterator

from app import number_text
from app.dashboard.held_devices import HeldDevice
from app.dashboard.machine_sample import MachineSample
from app.dashboard.state import Explained
from runtime.language import tr
from runtime.placement.residence import HOST


def explained(held: tuple[HeldDevice, ...], sample: MachineSample) -> Explained:
    return Explained(
        tr("Memory map"),
        tr(
            "The engine's buffers by class, as far as they are in memory, add up with the engine "
            "itself to what the system says that its process holds. The rest of what is used "
            "belongs to other programs."
        ),
        tuple(_inputs(held, sample)),
        tuple(_sources(held)),
    )


def _inputs(held: tuple[HeldDevice, ...], sample: MachineSample) -> Iterator[tuple[str, str]]:
    for device in held:
        name = device.name
        size = number_text.gib_unit(device.held.total_bytes)
        yield tr("The engine's process in {device}", device=name), size
        itself = number_text.gib_unit(device.held.itself_bytes)
        yield tr("of it the engine itself, shown with other programs"), itself
        if device.held.copies_bytes:
            copies = number_text.gib_unit(device.held.copies_bytes)
            yield tr("of that, pages of the file whose weights lie elsewhere"), copies
    if sample.worker is not None and sample.worker.model_resident_bytes is not None:
        size = number_text.gib_unit(sample.worker.model_resident_bytes)
        yield tr("Pages of the model's file in memory"), size
    if sample.cached_bytes:
        yield tr("Files that the system keeps in memory"), number_text.gib_unit(sample.cached_bytes)


def _sources(held: tuple[HeldDevice, ...]) -> Iterator[str]:
    yield tr("Buffers: the engine's own log. The model's classes: the names in its file.")
    yield tr("The process and RAM: the operating system, read now.")
    yield tr(
        "The engine itself: its program, vocabulary, a GPU's context, and pages of the file whose "
        "weights lie elsewhere, which the system drops as soon as it needs room."
    )
    gpus = [device for device in held if device.index != HOST]
    if any(device.sample is None for device in gpus):
        yield tr("A GPU without a driver that tells: the engine's own figures alone.")
    elif any(device.sample and device.sample.worker_bytes is None for device in gpus):
        yield tr(
            "The GPU's driver does not tell the engine's share, so its context counts as another "
            "program's."
        )
