"""Where each part of a model should live and how fast that will be: pure functions of numbers."""
