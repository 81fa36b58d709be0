"""Finding models: what is listed, suggested and recommended, and the logic behind the page."""
