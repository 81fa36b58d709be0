"""Chats written to files and taken in again, hostile files among them."""
