"""Fonts, icons, the logo and the design tokens, read by path."""
