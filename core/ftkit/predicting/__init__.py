"""From a source of rows to a file of predictions, in one direction and a bounded number of rows at a time.

request    what is to be answered, and how
chunks     rows of all sources → chunks that fit into memory
answers    chunk → lines, through the model
identity   what a file of predictions depends on
output     lines → a file that can be resumed after anything that stops its writer
bulk       all of that in turn
"""

from __future__ import annotations

CHUNK_ROWS = 1024
"""Rows answered between two writes: enough for batches of like length, and minutes on a slow machine."""
