"""The command line as other programs call it."""
