"""Coterie's tests; a package, so that tests/gguf can never be taken for the gguf library."""
