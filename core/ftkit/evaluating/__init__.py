"""From a model and rows with references to figures that can be quoted.

subject      what is evaluated: a run, a checkpoint as it is, an artifact from elsewhere
rows         on which rows
evaluation   answers, parsed and scored; row by row too
scoring      what scores are made of, row by row, and how far chance moves them
report       what is kept of it, and where
command      all of that, one after the other
"""
