"""From files to batches, in one direction.

formats     a file → rows, each with the place it stands in
examples    rows → examples, through the task's hooks; wrong rows located
tokenised   examples → token ids and lengths
batches     lengths → batches within a token budget
"""
