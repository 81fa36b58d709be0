"""The starter model, made on this machine."""
