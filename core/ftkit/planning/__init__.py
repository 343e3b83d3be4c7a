"""What a run will take on this machine, before it is begun.

calls        an operation on tensors of certain shapes
recording    a step that is gone through without computing it
occupancy    what memory such a step takes, gaps included
pricing      what its operations cost, each measured once
excerpt      which examples and batches stand for all
probe        the run's own trainer, after three small steps
budget       how many tokens of a batch fit, and are worth it
limits       how much memory there is: machine, container, GPU
memory       what the heaviest batches take
forecast     all of that for a run
child        the process in which it happens
exchange     what that process is given and leaves
report       what a plan says
command      the main path: a recipe's plan, or those of several cells
"""
