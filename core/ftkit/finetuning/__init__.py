"""The main path of `ftkit train`: from a recipe to a run folder.

command   set up, train, evaluate and tell; or go on where that was stopped
preview   what it would do, and nothing done
result    what a finished run says of itself
curves    how it went, drawn
card      what it shows people
"""
