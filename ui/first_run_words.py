"""The words of the first-run page, from its states alone."""

from __future__ import annotations

from app import number_text
from app.dashboard.state import Explained
from app.first_run_state import FirstRecommendation, FirstRunView
from app.session_state import SessionState
from runtime.language import marked, number, tr
from ui.problem_card import spoken

# What a line into a house carries often enough: the wait is said for it, since ours is not known.
EXAMPLE_LINE_BITS_PER_S = 100e6
LARGE_PARAMETERS = 20e9
NOTHING_SENT = marked(
    "Predicted from this model's shape, which comes with the program. Nothing has been sent"
    " anywhere; Download asks the hub for the model's files."
)


def title_of(state: SessionState, view: FirstRunView) -> str:
    """What the checks and the model come to so far, in one line."""
    if not state.checks:
        return tr("Looking at this computer")
    found = view.look.recommendation
    if found is not None and not found.is_quick:
        return tr("This computer runs models slowly")
    if found is not None:
        large = found.parameters_total >= LARGE_PARAMETERS
        return (
            tr("This computer can run large models")
            if large
            else tr("This computer can run small models")
        )
    if state.model is None:
        return tr("This computer has no model yet")
    if state.engine.phase == "loading":
        return tr("Getting this computer ready")
    return tr("This computer is ready") if state.engine.phase == "ready" else tr("Nearly ready")


def line_of(view: FirstRunView) -> str:
    """How long the looking took, and what becomes of what was found."""
    stays = tr("Everything runs here; nothing leaves this computer before you ask for a download.")
    if view.look.phase != "done":
        return stays
    checked = tr("Checked in {time}.", time=number_text.duration(view.look.elapsed_s))
    return tr("{first} {second}", first=checked, second=stays)


def starter_title(state: SessionState) -> str:
    """Only the model that came with the program has a note in its header."""
    if state.model is None:
        return tr("No model yet")
    if not state.model.note:
        return tr("Your model")
    return tr("Starter ready") if state.engine.phase == "ready" else tr("Starter model")


def starter_status(state: SessionState) -> tuple[str, str]:
    """The starter's state and its tone."""
    if state.model is None:
        return "", "secondary"
    phase = state.engine.phase
    if phase == "ready":
        return (tr("loaded on the GPU") if is_on_gpu(state) else tr("loaded")), "ok"
    if phase == "loading":
        percent = number_text.percent(state.engine.load_fraction)
        return tr("loading, {percent}", percent=percent), "secondary"
    if phase in ("failed", "crashed"):
        return tr("not loaded"), "error"
    return "", "secondary"


def is_on_gpu(state: SessionState) -> bool:
    memory = state.engine.memory
    return memory is not None and any(
        not device.is_host and device.weights_bytes for device in memory.devices
    )


def starter_note(state: SessionState) -> str:
    """What the model is good for, or what keeps it from working."""
    if state.model is None:
        return tr(
            "This copy of Coterie came without its small starter model. Download the recommended"
            " one, or open a .gguf file you have; you can look around meanwhile."
        )
    if state.engine.problem is not None:
        return spoken(state.engine.problem)
    note = tr(state.model.note).rstrip(".\u3002")
    if not note:
        return tr("The model found on this computer.")
    return tr("{note}. It is small and quick; larger models know more.", note=note)


def recommended_note(found: FirstRecommendation) -> str:
    """What it is for, and why it runs here."""
    total, active = found.parameters_total, found.parameters_active
    if not 0 < active < total:
        return found.why
    used = tr(
        "It uses {active} of its {total} billion parameters for each token.",
        active=number(active / 1e9, ",.1f"),
        total=number(total / 1e9, ",.1f"),
    )
    if found.is_quick:
        return tr("{first} {second}", first=found.why, second=used)
    slow = tr("It is the fastest of our list here, and slower than most people read.")
    return tr("{first} {second}", first=used, second=slow)


def nothing_recommended(view: FirstRunView) -> str:
    """Where the recommendation will be, or why there is none."""
    if view.look.phase != "done":
        return tr("Memory and disk are measured; then a model is recommended. That takes seconds.")
    return tr(
        "None of the models of our list has room in this computer's memory and on its disk."
        " Smaller ones can be searched for under Models."
    )


def wait_line(found: FirstRecommendation) -> str:
    """How long the download would take: said for a line of a given speed."""
    figure, unit = number_text.about(found.size_bytes * 8 / EXAMPLE_LINE_BITS_PER_S)
    return tr(
        "about {time} at {line} Mbit/s; you can chat meanwhile",
        time=f"{figure} {unit}",
        line=f"{EXAMPLE_LINE_BITS_PER_S / 1e6:.0f}",
    )


def explained(found: FirstRecommendation) -> Explained:
    """Where the predicted speed is from."""
    prediction = found.prediction
    gpu = (tr("On the GPU"), number_text.gib_unit(prediction.gpu_bytes))
    ram = (tr("In RAM"), number_text.gib_unit(prediction.ram_bytes))
    places = (gpu, ram) if prediction.gpu_bytes else (ram,)
    context = (tr("Context"), number_text.tokens_short(prediction.n_ctx))
    return Explained(
        tr("Predicted speed of {model}", model=found.name),
        tr(
            "The bytes that one token reads, divided by how fast each device reads its memory,"
            " with the time between layers added. The range is what such predictions were off by"
            " on other machines."
        ),
        (*found.rates, *places, context),
        (tr("The shape is the publisher's; the file's own header is read before it is planned."),),
    )
