"""Models on this disk: finding, importing, checking, moving and deleting them."""
