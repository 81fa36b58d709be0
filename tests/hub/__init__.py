"""A Hugging Face hub on loopback for tests, with a CDN on another port and faults on request."""
