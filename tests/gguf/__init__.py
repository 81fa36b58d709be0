"""The header reader against the gguf package, damaged files and files made to harm."""
