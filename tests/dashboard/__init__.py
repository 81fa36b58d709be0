"""The dashboard: its arithmetic, its state and its pages."""
