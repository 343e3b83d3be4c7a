"""A model with its task: rows in, answers out.

prediction   examples → parsed answers, through the inference
predictor    rows → such answers, of a model with its task, whatever it came from
run          a finished run, loaded as one
"""
