"""Answers out of a model: examples in, texts with scores out, in the order of the examples.

settings     the options of generation
windows      long inputs → overlapping pieces
reading      a batch → the encoder's states, in pieces, once
generation   states → texts with their scores
greedy       the likeliest token at each step, without the rows that have ended
cache        what is kept of a text that is being written
labels       states → the likeliest of a closed set
batches      inputs of any length → batches, whatever answers them; back in their order
progress     what the person sees
"""
