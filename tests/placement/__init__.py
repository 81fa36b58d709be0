"""Where the parts of a model go: planned by numbers, and for real on an RPC device."""
