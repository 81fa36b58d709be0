"""Attached files: real files, and PDFs written by hand."""
