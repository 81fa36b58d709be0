"""The real worker process, driven over its frames."""
