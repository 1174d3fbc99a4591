"""What holds the tasks of a group together: which samples, and which inputs of the first layer.

agreement   one quantity, added up over samples and over inputs
measure     the same from a table: start, probes, agreement
"""
