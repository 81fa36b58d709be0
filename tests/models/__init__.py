"""Tiny random models that the real engine loads, written by the tests that need them."""
