"""Files a person attaches to a message: read, judged, and put before the model."""
