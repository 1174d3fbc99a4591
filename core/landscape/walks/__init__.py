"""Sample-wise optima of several steps.

targets   which walks there are: one for every sample and distinct target
follow    every sample is followed towards its own target
copies    for any trunk, with a copy of the weights for every walk
factors   for a perceptron, without any
walk      what following leaves behind
walked    the sums of the pair terms after several steps
"""
