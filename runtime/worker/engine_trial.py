"""`python -m runtime.worker.engine_trial JSON`: tries a part of the engine, as JSON on stdout.

A variant or a driver that crashes, or never answers, takes only this process along.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import tempfile
from pathlib import Path

import msgspec

from runtime.engine_parts import told_parts
from runtime.language import speak_as_told, tr
from runtime.protocol.engine_trial import EngineTrial, EngineTrialResult
from runtime.worker.standard_streams import claim_standard_streams

GENTLE_NICE = 10
# One thread never waits for another that a busy machine holds back.
N_THREADS = 1


def result(trial: EngineTrial) -> EngineTrialResult:
    """Load what is tried and evaluate the tiny model on it."""
    for name in trial.needs:
        try:
            ctypes.CDLL(name)
        except OSError:
            return EngineTrialResult(missing=name)
    # Imported after the streams are claimed: loading the native libraries may print.
    from runtime.engine import bindings
    from runtime.engine.native_log import NativeLog
    from runtime.engine.trial_decode import TrialFailed

    log = NativeLog()
    keep = bindings.capture_log(log.write)
    try:
        return _tried(trial)
    except TrialFailed as error:
        said = "; ".join(log.errors[-2:])
        return EngineTrialResult(fault=f"{error}: {said}" if said else str(error))
    finally:
        del keep


def _tried(trial: EngineTrial) -> EngineTrialResult:
    from runtime.engine.loaded_parts import load_pack, load_parts, processor_variants
    from runtime.engine.native_backends import device_text, load_backend
    from runtime.engine.trial_decode import TrialFailed, trial_steps
    from runtime.engine.trial_model import write_trial_model

    devices: tuple[int, ...] = ()
    if trial.pack is not None:
        said: list[str] = []
        backend = load_pack(trial.pack, said.append)
        devices = _devices(backend, trial.pack.endpoint)
        if not devices:
            return EngineTrialResult(fault="; ".join(said) or tr("it found no device"))
    if trial.variant:
        chosen = [one for one in processor_variants() if one.name == trial.variant and one.score]
        if not chosen or not load_backend(chosen[0].path):
            raise TrialFailed(tr("{name} was not loaded", name=trial.variant))
    else:
        load_parts(msgspec.structs.replace(told_parts(), packs=()))
    handle, name = tempfile.mkstemp(prefix="coterie-trial-", suffix=".gguf")
    os.close(handle)
    try:
        write_trial_model(Path(name))
        steps = trial_steps(Path(name), devices, N_THREADS)
    finally:
        Path(name).unlink(missing_ok=True)
    return EngineTrialResult(steps, device_text(devices[0]) if devices else "")


def _devices(backend: int, endpoint: str) -> tuple[int, ...]:
    """A pack's first device; those of another machine belong to no back end's own list."""
    from runtime.engine.native_backends import device_handles, devices_named

    if not backend:
        return ()
    return (devices_named(endpoint) if endpoint else device_handles(backend))[:1]


def main() -> int:
    _, out = claim_standard_streams()
    speak_as_told()
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")
    try:
        trial = msgspec.json.decode(sys.argv[1], type=EngineTrial)
    except (msgspec.MsgspecError, IndexError) as error:
        print(f"not a trial: {error}", file=sys.stderr)
        return 2
    with contextlib.suppress(OSError, AttributeError):  # Windows has no nice
        os.nice(GENTLE_NICE)
    out.write(msgspec.json.encode(result(trial)))
    out.flush()
    # A driver that hangs on its way out has answered all the same.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
