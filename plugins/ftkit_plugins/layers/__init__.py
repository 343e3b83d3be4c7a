"""What transformers' T5 and BART layers compute, with fewer operations and less memory traffic.

`t5` and `bart` put them into a model. `short_texts` is the attention that both have to the input, where the
text that attends is far shorter; `projections` tells it what makes the keys and values that it does without.
"""
