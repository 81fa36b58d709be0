"""The look for updates: judged by table, and for real against a server on loopback."""
