"""Which model, which method, at what cost: a grid of runs and a report on them.

recipe        what is compared, from a mapping or a file
overrides     what a command line says over it
grid          its cells: each an ordinary run, or the untuned checkpoint
resolving     all of it checked before the first cell runs
folder        the files of a comparison, held by one process at a time
cell          the inside of a cell's process
process       such a process started, watched and ended
scheduling    one after the other, several at a time, or on Ray
statistics    means over seeds
figures       what the folder of a run says
row           a model with a method, over its seeds
verdict       what methods claim of themselves, held against it
results       all of that together
wording       figures as people read them
canvas        what all pictures have in common
charts        the pictures
page          what the report says, for its template
report        the page for people, the figures for programs
command       the main path
"""
