"""Buffer sizes out of llama.cpp's own log lines."""

from __future__ import annotations

from runtime.engine.native_log import MIB, device_memory

LINES = (
    "load_tensors:   CPU_Mapped model buffer size =   424.86 MiB",
    "load_tensors:   CPU_REPACK model buffer size =   100.00 MiB",
    "load_tensors: RPC0[127.0.0.1:50052] model buffer size =   171.75 MiB",
    "llama_kv_cache:        CPU KV buffer size =    90.00 MiB",
    "llama_memory_recurrent:        CPU RS buffer size =     1.25 MiB",
    "sched_reserve:        CPU compute buffer size =    98.25 MiB",
    "sched_reserve:      CUDA0 compute buffer size =   300.00 MiB",
    "sched_reserve:  CUDA_Host compute buffer size =     8.50 MiB",
    "llama_context:        CPU  output buffer size =     0.25 MiB",
    "llama_kv_cache: size =  180.00 MiB (  8192 cells,  30 layers,  1/1 seqs)",
    "print_info: file size   = 424.86 MiB (5.15 BPW)",
)


def test_buffers_are_summed_by_device_and_purpose() -> None:
    found = {device.name: device for device in device_memory(LINES)}
    assert list(found) == ["CUDA0", "RPC0[127.0.0.1:50052]", "RAM"]
    ram = found["RAM"]
    assert ram.is_host
    assert ram.weights_bytes == round(424.86 * MIB) + 100 * MIB
    assert ram.kv_bytes == round(91.25 * MIB)
    assert ram.compute_bytes == round(107 * MIB)
    assert found["RPC0[127.0.0.1:50052]"].weights_bytes == round(171.75 * MIB)
    assert found["CUDA0"].compute_bytes == 300 * MIB


def test_no_lines_no_devices() -> None:
    assert device_memory(()) == ()
