"""The hub process: what it makes of names and files, and its answers from a local hub."""
