"""The built-in tasks, one a file."""
