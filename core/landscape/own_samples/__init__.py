"""Tasks with their own samples: no row has a label of two of them.

crossed      all samples of one task against all of the other
standing     how many those that were drawn stand for
mean_pairs   tasks compared by their mean displacements
"""
