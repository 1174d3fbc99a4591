"""Sums over the rows of what every pair of tasks contributes, after one step.

accumulate       batches of rows → sums of every block
block_sums       what they are added to
closed_form      distance and cosine of the displacements of every pair of tasks
one_output       the same where all tasks share one output: products of 0/1 matrices
label_distances  distances of hundreds of binary tasks on one output, as products of bytes
equal_biases     where all biases are equal
ordered_biases   where they are not: tasks in the order of their biases
byte_products    weighted sums over labels as products of bytes
any_trunk        the pair terms of trunks without a closed form, a few rows at a time
mean_pull        inner products of the tasks' mean displacements
"""
