"""Looks for a newer version, once a day and only when the person wants it; downloads nothing."""
