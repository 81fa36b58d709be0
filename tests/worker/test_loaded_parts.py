"""What ggml itself says of a build for this processor that it can not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.engine_client import CHECKOUT

# A portable engine whose better build is no library; the other one stands for any that loads.
CODE = """
import sys
from pathlib import Path
from runtime.engine import loaded_parts
from runtime.engine.cpu_variants import Variant
from runtime.engine_parts import EngineParts

broken, whole = Path(sys.argv[1]), Path("whole.so")
real = loaded_parts.load_backend
loaded_parts.load_backend = lambda path: 1 if path == whole else real(path)
variants = Variant("zen4", broken, 1984), Variant("haswell", whole, 64)
for had in (variants, variants[:1]):
    loaded_parts.processor_variants = lambda: had
    found = loaded_parts.load_parts(EngineParts(), lambda line: None)
    print(found.variant.name if found.variant else None)
"""


def test_one_that_does_not_load_gives_way_to_the_next(tmp_path: Path) -> None:
    broken = tmp_path / "libggml-cpu-zen4.so"
    broken.write_bytes(b"not ELF")
    command = (sys.executable, "-c", CODE, str(broken))
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["haswell", "None"], done.stderr
