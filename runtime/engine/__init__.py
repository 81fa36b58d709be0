"""llama.cpp through its low-level API: loading, decoding, sampling, tokens to text."""
