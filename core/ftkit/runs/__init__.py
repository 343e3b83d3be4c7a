"""What a run is before anything is computed: what to do, with what, and where.

settings   the options of training
recipe     what to do, from the command line or a file
resolving  a recipe resolved: plugins imported, options checked, weights and data decided
rows       the rows that a setup names, read
folder     the files of a run, held by one process at a time
"""
