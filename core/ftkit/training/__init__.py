"""The training of a run that is set up: rows and weights in, a trained model out.

ready         rows read, weights loaded, method applied
counts        what is ahead, counted
state         what a checkpoint of a training holds
checkpoints   folders that are whole or not there
best          the best weights so far
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
heap          freed memory that is kept for the next step
encoder_cache what a frozen encoder makes of the inputs, computed once
trainer       that trainer with our batches, loss and checkpoints
loop          trainer, callbacks and extensions put together, and run
"""
