"""Sums over the rows of what every pair of tasks contributes, after one step.

accumulate    batches of rows → sums of every block
closed_form   distance and cosine of the displacements of every pair of tasks
one_output    the same where all tasks share one output: products of 0/1 matrices
any_trunk     the pair terms of trunks without a closed form, a few rows at a time
mean_pull     inner products of the tasks' mean displacements
"""
