"""The command line: one command, one file. It uses everything else in core; nothing uses it."""
