"""Measures the figures the project promises, each as a ratio within one run."""
