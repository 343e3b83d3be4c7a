"""Tiny pretrained checkpoints and bundled samples, both generated from our own lexicon and grammar.

Real checkpoints weigh hundreds of megabytes and need a network; a rehearsal must run anywhere, at
once. So this package holds a small bilingual world (``words``, ``lexicon``, ``scenes``, ``english``,
``german``, ``facts``, ``opinions``), documents about it that say things twice (``documents``,
``lookups``, ``reviews``, ``parallel``), the corpus drawn from them in stages (``corpus``,
``curriculum``), each family's own pretraining objective (``objectives``, ``instructions``), the
recipe that made the embedded weights (``pretrain``) and the generator of the tasks' sample files
(``samples``).
"""
