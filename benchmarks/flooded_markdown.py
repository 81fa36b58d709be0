"""`python -m benchmarks.flooded_markdown RATE TOKENS`: a worker that writes Markdown.

Headings, lists, tables, formulas and code in turn; each token is a frame of its own.
"""

from __future__ import annotations

import re
import sys

from benchmarks.flood_worker import main

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


def token(number: int) -> str:
    return TOKENS[(number - 1) % len(TOKENS)]


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), token)
