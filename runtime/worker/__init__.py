"""The engine worker: one process per loaded model, driven by frames on its standard streams."""
