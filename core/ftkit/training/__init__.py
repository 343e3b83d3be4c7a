"""Fine-tuning, from a recipe to a run folder.

settings    the options of training itself
recipe      what to do, from the command line or a file
plan        a recipe resolved: plugins imported, options checked, weights and data decided
folder      the files of a run
progress    what the person sees, and the run's metrics
trainer     transformers' trainer with our batches and our loss
loop        trainer, callbacks and extensions put together, and run
run         the main path
"""
