"""A head of its own for every task: a linear or logistic probe on the frozen features.

Where the rows at hand only stand for more, their probes are corrected by what all rows say.

    fit        rows and a trunk → heads
    basis      features in coordinates in which all losses curve about alike
    turn       outputs of several classes in directions that do not mix
    problem    the slope of every task's loss, on rows at hand
    every_row  the same of rows that are read part by part
    correct    from the probes of a few rows to those of all that they stand for
"""
