"""The starter model: a real mixture of experts made on this machine, so the first chat needs no download."""
