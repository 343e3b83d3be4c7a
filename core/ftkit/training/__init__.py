"""Fine-tuning, from a recipe to a run folder.

settings      the options of training itself
recipe        what to do, from the command line or a file
plan          a recipe resolved: plugins imported, options checked, weights and data decided
ready         data read, weights loaded, method applied
preview       what a run would do, and nothing done
folder        the files of a run, held by one process at a time
checkpoints   folders that are whole or not there
state         what such a checkpoint holds
best          the best weights so far
interrupts    SIGINT and SIGTERM
meter         what has been done so far
memory        a batch in pieces, where memory runs out
progress      what the person sees, and the run's metrics
clock         the time that is left, where it is limited
footprint     what a training holds in memory, and what for
milestones    when to evaluate, save and stop
arguments     what is asked of transformers' trainer
batching      which examples go together
loss, loader  what it minimises, and what it is fed
dropout       the same masks, drawn at the speed of memory
encoder_cache what a frozen encoder makes of the inputs, computed once
trainer       that trainer with our batches, loss and checkpoints
loop          trainer, callbacks and extensions put together, and run
result        what a finished run says of itself
curves, card  what a finished run shows people
run           the main path: begin, or resume
"""
