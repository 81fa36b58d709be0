"""`python -m benchmarks.flooded_markdown RATE TOKENS`: a worker that writes Markdown.

Headings, lists, tables, formulas and code in turn; each token is a frame of its own.
"""

from __future__ import annotations

import os
import re
import sys
import time

from runtime.fake_engine import FACTS, MEMORY, stats
from runtime.protocol.channel import FrameWriter, command_reader
from runtime.protocol.frames import (
    PROTOCOL_VERSION,
    Finished,
    Generate,
    Hello,
    Load,
    Loaded,
    PromptProgress,
    Text,
)

PIECE = """## A tenth of the model works on each token

In every layer a router picks 8 of 128 experts and leaves the rest alone. Speed follows the \
**active** weights; memory follows the **total**, so that $t = \\frac{b}{w}$ holds for `decode`.

- **Attention and output** run on every token: keep them on the GPU.
- **Routed experts** are large and seldom read: [some](https://example.org/a) can wait in RAM.
  - the first layers, and
  - the last ones

| On this machine | Weights | Read per token | Decode |
|---|---:|---:|---:|
| Qwen3-32B, dense, Q4_K_M | 18.4 GiB | 18.4 GiB | 5.7 tok/s |
| Qwen3-30B-A3B, Q4_K_M | 17.3 GiB | 1.8 GiB | 41.8 tok/s |
| gpt-oss-20b, MXFP4 | 11.3 GiB | 2.1 GiB | 52.0 tok/s |

```python
def read_per_token(layers: list[Layer], used: int) -> int:
    # What one token needs of all weights.
    total = 0
    for layer in layers:
        total += layer.dense_bytes
        total += layer.expert_bytes * used // layer.expert_count
    return total
```

> What is read decides the speed, what is kept decides the memory.

"""
_TOKEN = re.compile(r"\s?\w{1,5}|\s+|[^\w\s]{1,3}")
TOKENS = _TOKEN.findall(PIECE)


def main(rate: float, tokens: int) -> None:
    reader = command_reader(sys.stdin.buffer)
    writer = FrameWriter(sys.stdout.buffer)
    writer.write(Hello(PROTOCOL_VERSION, os.getpid()))
    while (command := reader.read()) is not None:
        match command:
            case Load():
                writer.write(Loaded(command.request_id, FACTS, MEMORY, 1 << 20, 2, "flood"))
            case Generate():
                _answer(writer, command.request_id, rate, tokens)


def _answer(writer: FrameWriter, request_id: int, rate: float, tokens: int) -> None:
    writer.write(PromptProgress(request_id, 12, 0, 12))
    started_s = time.monotonic()
    for count in range(1, tokens + 1):
        delay_s = started_s + count / rate - time.monotonic()
        if delay_s > 0:
            time.sleep(delay_s)  # the rate is the purpose here
        writer.write(Text(request_id, TOKENS[(count - 1) % len(TOKENS)], count, rate, 2))
    writer.write(Finished(request_id, stats("stop", tokens)))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
