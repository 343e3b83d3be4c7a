"""From a model and rows with references to figures that can be quoted.

subject      what is evaluated: a run, a checkpoint as it is, an artifact from elsewhere
rows         on which rows
evaluation   answers, parsed and scored; row by row too
report       what is kept of it, and where
command      all of that, one after the other
"""
