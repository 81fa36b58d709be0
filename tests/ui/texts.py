"""A question and answers that use every part of the markdown there is."""

from __future__ import annotations

QUESTION = (
    "I have 12 GB of GPU memory. Why does a 30B mixture-of-experts model run well here"
    " when a dense 32B crawls?"
)
ANSWER = """## A tenth of the model works on each token

In every layer a router picks 8 of 128 experts and leaves the rest alone. Speed follows the \
**active** weights; memory follows the **total**.

- **Attention and output** run on every token: keep them on the GPU.
- **Routed experts** are large and seldom read: some can wait in RAM.
- **The KV cache** grows with the context, so leave room for it.

| On this machine | Weights | Read per token | Decode |
|---|---:|---:|---:|
| Qwen3-32B, dense, Q4_K_M | 18.4 GiB | 18.4 GiB | 5.7 tok/s |
| Qwen3-30B-A3B, Q4_K_M | 17.3 GiB | 1.8 GiB | 41.8 tok/s |

```bash
llama-server -m Qwen3-30B-A3B-Q4_K_M.gguf -ngl 99 \\
  --n-cpu-moe 23 -c 16384 -ctk q8_0 -ctv q8_0
```
"""
MANY = """1. First, read the *whole* file with `read_model`, then:
   - check each tensor
   - count the experts
2. Then see [the format](https://example.org/gguf) for the rest.

> A quoted line that says something worth repeating, long enough that it has to wrap at least \
once in the column.

### Smaller heading

Inline `code`, ~~struck~~ and ![picture](http://example.org/x.png) text.

```python
def active(total: int, used: int) -> float:
    return used / total
```

Last words after the code.
"""
