"""Finding models on the hub: what the page shows, what it may ask for, and how it is decided."""
