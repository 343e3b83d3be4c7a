"""From the words of `--data` to batches, in one direction.

reading, rows        options of reading; a row and its place
formats, sources     a file → rows; what `--data` names → rows
examples             rows → examples, through the task's hooks; wrong rows located
labels, split        which folders are classes; which rows are kept apart for validation
rejected, store      wrong rows and examples on disk
build                sources → stored examples, in one pass
fingerprint, cache   what they depend on; where they are kept
tokenised            examples → token ids and lengths
prepared             all of that for a run
bucketing, batches   lengths → order and cuts → batches of an epoch, for each rank
"""
