"""What the product is: paths, settings, storage, prices, the session and the command line."""
