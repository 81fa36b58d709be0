"""Tests of the download process: its pure rules, and the real process against a local hub."""
