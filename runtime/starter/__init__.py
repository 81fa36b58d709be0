"""The starter model: a mixture of experts made on this machine, with no download."""
