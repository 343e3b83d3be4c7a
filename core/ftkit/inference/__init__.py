"""Answers out of a model: examples in, texts with scores out, in the order of the examples."""
