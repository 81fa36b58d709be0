"""The typed frames that the program and its engine worker exchange, and how they cross a pipe."""
