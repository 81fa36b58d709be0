"""Chats as files: written for keeping and reading, and taken in again."""
