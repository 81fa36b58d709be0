"""Tests of the set-up: two commands from a fresh checkout."""
