"""Which models the files of a repository are, with listings as publishers make them."""

from __future__ import annotations

import pytest

from runtime.hub.frames import HubFile
from runtime.hub.model_files import models_of, quantisation_of

NAMES = (
    ("OLMoE-1B-7B-0125-Instruct-Q4_K_M.gguf", "Q4_K_M"),
    ("granite-4.0-h-tiny-f16.gguf", "F16"),
    ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
    ("gpt-oss-120b-MXFP4_MOE.gguf", "MXFP4_MOE"),
    ("Qwen3-30B-A3B-Instruct-2507-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
    ("Qwen3-30B-A3B-Instruct-2507-UD-IQ2_XXS.gguf", "UD-IQ2_XXS"),
    ("Qwen3-Coder-30B-A3B-Instruct-UD-TQ1_0.gguf", "UD-TQ1_0"),
    ("Qwen3-30B-A3B-IQ4_NL.gguf", "IQ4_NL"),
    ("Qwen3-30B-A3B-IQ4_XS.gguf", "IQ4_XS"),
    ("Qwen3-30B-A3B-Q8_0.gguf", "Q8_0"),
    ("Qwen3-30B-A3B-Q4_1.gguf", "Q4_1"),
    ("Qwen3-30B-A3B-Q6_K.gguf", "Q6_K"),
    ("Qwen3-30B-A3B-Q6_K_L.gguf", "Q6_K_L"),
    ("model.Q3_K_S.gguf", "Q3_K_S"),
    ("Model.i1-IQ1_M.gguf", "IQ1_M"),
    ("LFM2-8B-A1B-BF16.gguf", "BF16"),
    ("BF16/GLM-4.5-Air-BF16-00001-of-00005.gguf", "BF16"),
    ("UD-Q2_K_XL/DeepSeek-V3-0324-UD-Q2_K_XL-00001-of-00006.gguf", "UD-Q2_K_XL"),
    ("Q4_K_M/model-00001-of-00003.gguf", "Q4_K_M"),
    ("DeepSeek-R1-Q4_K_M/DeepSeek-R1.gguf", "Q4_K_M"),
    ("model-IQ2_KS.gguf", "IQ2_KS"),
    ("model-Q4_K_R4.gguf", "Q4_K_R4"),
    ("model-Q4_0_4_4.gguf", "Q4_0_4_4"),
    ("model-fp16.gguf", "F16"),
    ("model-q4.gguf", "Q4"),
    ("model-f16-Q5_K_M.gguf", "Q5_K_M"),
    ("model.gguf", ""),
    ("Qwen3-30B-A3B.gguf", ""),
)


@pytest.mark.parametrize(("path", "expected"), NAMES)
def test_quantisation(path: str, expected: str) -> None:
    assert quantisation_of(path) == expected


def listed(*paths: str) -> list[HubFile]:
    """Files whose size grows with their place."""
    return [HubFile(path, 1000 + place, "") for place, path in enumerate(paths)]


def split(stem: str, count: int) -> tuple[str, ...]:
    return tuple(f"{stem}-{index:05d}-of-{count:05d}.gguf" for index in range(1, count + 1))


def offered(repo: str, *paths: str) -> list[tuple[str, int]]:
    """(quantisation, number of files) of each model."""
    models = models_of(repo, listed(*paths))
    return [(model.quantisation, len(model.files)) for model in models]


LISTINGS = (
    (
        "ggml-org/gpt-oss-120b-GGUF",
        (".gitattributes", "README.md", *split("gpt-oss-120b-mxfp4", 3)),
        [("MXFP4", 3)],
    ),
    (
        "unsloth/Qwen3.6-35B-A3B-GGUF",
        (
            "imatrix_unsloth.dat",
            "imatrix_unsloth.gguf",
            "mmproj-BF16.gguf",
            "mmproj-F16.gguf",
            "Qwen3.6-35B-A3B-UD-Q2_K_XL.gguf",
            "Qwen3.6-35B-A3B-Q4_K_M.gguf",
            *split("BF16/Qwen3.6-35B-A3B-BF16", 2),
        ),
        [("UD-Q2_K_XL", 1), ("Q4_K_M", 1), ("BF16", 2)],
    ),
    (
        "unsloth/DeepSeek-R1-GGUF",
        split("DeepSeek-R1-UD-IQ1_S/DeepSeek-R1-UD-IQ1_S", 3)
        + split("DeepSeek-R1-Q4_K_M/DeepSeek-R1-Q4_K_M", 9),
        [("UD-IQ1_S", 3), ("Q4_K_M", 9)],
    ),
    (
        "mradermacher/Thing-8x7B-i1-GGUF",
        (
            "Thing-8x7B.imatrix.dat",
            "Thing-8x7B.imatrix.gguf",
            "Thing-8x7B.i1-Q4_K_M.gguf",
            "Thing-8x7B.i1-Q6_K.gguf.part1of2",
        ),
        [("Q4_K_M", 1)],
    ),
    (
        "someone/Model-GGUF",
        (
            "ggml-vocab-model.gguf",
            "Model-LoRA-F16.gguf",
            "Model-Q4_0.gguf",
            "MTP/mtp-Model-Q8_0.gguf",
            "Model-draft-Q8_0.gguf",
            "Model-mtp-only-F16.gguf",
            "Model-eagle3-F16.gguf",
            "model.mmproj-Q8_0.gguf",
            "Model-imatrix-Q5_K_M.gguf",
        ),
        [("Q4_0", 1), ("Q5_K_M", 1)],
    ),
    # A model that is called after such a thing.
    ("someone/My-LoRA-Merge-GGUF", ("My-LoRA-Merge-Q4_0.gguf",), [("Q4_0", 1)]),
    ("someone/Model-MTP-GGUF", ("Model-MTP-Q4_0.gguf",), [("Q4_0", 1)]),
    ("someone/None", ("model.safetensors", "README.md"), []),
)


@pytest.mark.parametrize(("repo", "paths", "expected"), LISTINGS)
def test_listing(repo: str, paths: tuple[str, ...], expected: list[tuple[str, int]]) -> None:
    assert offered(repo, *paths) == expected


def test_parts_are_in_order_whatever_the_listing() -> None:
    paths = split("Q8_0/Big-Q8_0", 4)
    (model,) = models_of("a/b", listed(*reversed(paths)))
    assert tuple(file.path for file in model.files) == paths
    assert model.size_bytes == sum(file.size_bytes for file in model.files)


def test_an_incomplete_set_is_left_out() -> None:
    assert offered("a/b", *split("Big-Q8_0", 4)[1:]) == []
    assert offered("a/b", *split("Big-Q8_0", 4), "Big-Q8_0-00005-of-00004.gguf") == []


def test_sets_of_the_same_name_in_two_folders_stay_apart() -> None:
    paths = split("Q4_0/Big", 2) + split("Q8_0/Big", 2)
    assert offered("a/b", *paths) == [("Q4_0", 2), ("Q8_0", 2)]


def test_an_empty_file_is_no_model() -> None:
    assert models_of("a/b", [HubFile("x-Q4_0.gguf", 0, "")]) == ()


def test_the_smallest_comes_first() -> None:
    files = [HubFile("b-Q8_0.gguf", 20, ""), HubFile("a-Q4_0.gguf", 10, "")]
    assert [model.size_bytes for model in models_of("a/b", files)] == [10, 20]
