"""GGUF files with the true shape of well-known models, for planning and for benchmarks."""
