"""Everything needed to run a model: reading it, the engine, its process and its protocol; no Qt."""
