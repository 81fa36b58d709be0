"""Asks the hub: search, what a repository holds, headers by range, the login."""
