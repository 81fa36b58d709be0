"""What ends a bundle's build in an expected way."""


class BundleError(Exception):
    """Its text is the sentence the user reads."""
