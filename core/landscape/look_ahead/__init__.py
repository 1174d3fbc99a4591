"""Inter-task affinity (TAG): one joint run of all tasks that looks ahead.

joint   what a step of a task does to the others' losses
step    one step ahead: gradients by task, losses where they lead
draws   the rows of every step, and those held out
tally   looks ahead, added up by block
"""
