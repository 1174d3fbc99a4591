"""The machine that computes: which device, what memory is free, how many threads.

device   chosen once a run, by name; the way of numbers to it
gpu      whether there is one, found without loading PyTorch
memory   what is free, and what to do where it runs out
threads  how many compute
"""
