"""The command line: stable words and JSON, for people and for other programs."""
