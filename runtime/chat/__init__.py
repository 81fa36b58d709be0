"""From messages to the exact text a model reads."""
