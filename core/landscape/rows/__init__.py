"""Rows: what the landscape is measured on, and what the tasks know of it.

material     what the starts are measured on: rows at hand, and every row
pieces       the rows in pieces of one length, each of one block
blocks       which rows are summed together
strata       a fair draw among tasks and labels
labels       label columns → numbers and masks; which tasks are copies of each other
label_counts how often every label occurs: what random heads start at
label_sums   moments of the labels alone, without a model
"""
