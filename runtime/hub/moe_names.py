"""Whether a model is a mixture of experts, by what the hub says of it: family, tags and name."""

from __future__ import annotations

import re
from collections.abc import Iterable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The architectures of llama.cpp v0.5.0: those that always have experts, those that may (src/models
# looks for a router in each layer), and those that never have.
_ALWAYS = _words("""
afmoe arctic bailingmoe bailingmoe2 bailingmoe3 cohere2moe dbrx deepseek deepseek2 deepseek2-ocr
deepseek32 deepseek4 dots1 dots3note ernie4_5-moe exaone-moe glm-dsa glm4moe glm5-next gpt-oss
granitemoe grok grovemoe hunyuan-moe hy_v3 hy_v4 kimi-k3 kimi-linear laguna lfm2moe llada-moe
llama4 maple mellum mimo2 minimax-01 minimax-m2 minimax-m3 mistral4 nemotron_h_moe
nomic-bert-moe olmoe phimoe qwen2moe qwen35moe qwen3moe qwen3next qwen3vlmoe qwen4exp rnd1
smallthinker step35
""")
_SOMETIMES = _words("""
gemma4 granite_swa granitehybrid jamba llama mistral3 nemotron_h
""")
_NEVER = _words("""
apertus arcee arwkv7 baichuan bert bitnet bloom chameleon chatglm codeshell cogvlm cohere2
command-r deci dream ernie4_5 eurobert exaone exaone4 falcon falcon-h1 gemma gemma-embedding
gemma2 gemma3 gemma3n glm4 gpt2 gptj gptneox granite graniteswitch hrm_text hunyuan-dense
hunyuan_vl internlm2 jais jais2 jina-bert-v2 jina-bert-v3 lfm2 llada llama-embed maincoder mamba
mamba2 minicpm minicpm3 modern-bert mpt muse-glimmer nanbeige nemotron neo-bert nomic-bert olmo
olmo2 openelm orion paddleocr pangu-embedded phi2 phi3 plamo plamo2 plamo3 plm pockettts qwen
qwen2 qwen2vl qwen3 qwen35 qwen3tts qwen3vl refact rwkv6 rwkv6qwen2 rwkv7 seed_oss smollm3
spark2_5 stablelm starcoder starcoder2 t5 t5encoder talkie xverse
""")
_TAGS = frozenset({"moe", "mixture-of-experts", "mixture of experts", "sparse-moe", "smoe"})

_NAMED = re.compile(
    r"""
    (?<![a-z0-9]) (?:
        \d{1,3} x \d+ (?:\.\d+)? [bm]         # 8x7B
      | a \d+ (?:\.\d+)? [bm]                 # 30B-A3B, 2.6B-A400M
      | moe | smoe | mixture-of-experts
      | mixtral | phimoe | olmoe | gpt-oss | oss-(?:20|120)b
      | deepseek-(?:v[23]|r1|coder-v2) (?!.*distill)
      | kimi-k\d | minimax-m\d | dbrx | grok-\d
      | glm-4\.[5-9] (?!v-\d*b)
      | granite-4\.\d-h-(?:tiny|small)
    ) (?![a-z0-9]) | moe (?![a-z0-9])
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_moe(
    architecture: str, tags: Iterable[str], name: str, experts: int | None = None
) -> bool | None:
    """True or False where it is known, else None.

    `architecture` is llama.cpp's word, "" where the hub does not know it; `experts` their number,
    where that is known. A name decides only for families that come both ways: a dense model may
    well be called after the mixture that it was distilled from.
    """
    if experts is not None:
        return experts > 0
    if architecture in _ALWAYS:
        return True
    hinted = bool(_NAMED.search(name)) or any(tag.lower() in _TAGS for tag in tags)
    if architecture in _SOMETIMES:
        return hinted
    if architecture in _NEVER:
        return False
    return True if hinted or architecture.endswith("moe") else None
