"""Tests of the models on this disk, with real files."""
