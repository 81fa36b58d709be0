"""The session: commands in, states out, with real and scripted engines."""
