"""The window: widgets that draw the session's state and turn clicks into its commands."""
