"""Downloads models in a process of its own: queue, pieces, journal, check."""
