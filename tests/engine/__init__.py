"""The parts of the engine that decide and assemble, without a model."""
