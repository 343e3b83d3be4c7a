"""Tiny pretrained checkpoints and bundled samples, both generated from our own lexicon and grammar.

Real checkpoints weigh hundreds of megabytes and need a network; a rehearsal must run anywhere, at
once. So this package holds a small bilingual world (``words``, ``lexicon``, ``scenes``, ``english``,
``german``, ``facts``, ``opinions``), the corpus drawn from it (``corpus``), each family's own
pretraining objective (``objectives``, ``instructions``), the recipe that made the embedded weights
(``pretrain``) and the generator of the tasks' sample files (``samples``).
"""
