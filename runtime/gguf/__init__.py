"""Reads what a GGUF file says of itself, without loading it and without trusting it."""
