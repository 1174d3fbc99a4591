"""Seconds that a CPU is at work on a unit of each part of a run; the files beside it count them.

Fitted (ours) to the stages of some eighty runs, in processor time of all threads together: 400 to
100,000 rows, 9 to 784 inputs, 4 to 300 tasks, 1 to 6 layers of 32 to 1,024 units; own samples,
images, several classes, several steps and every preset were among them. On a CPU of another speed
one factor is missing, which `core.runs.pace` finds.
"""

START_S = 1.7
"""Until a worker has read what it needs to begin; no run is quicker."""
LIBRARIES_S = 3.3
"""Libraries that the stages read when they need them, and the graph of a few tasks."""
CELL_S = 1.4e-7
"""To read a value of the table, code and summarise it."""
FIT_S, FIT_LABEL_S, FIT_UNIT_S, FIT_WEIGHT_S, FIT_SPREAD_S = 0.012, 5e-7, 1.2e-8, 2.2e-10, 2.6e-10
"""To fit probes to some rows and read them once: at all, for every row and output of a head, for
every unit of the trunk's last layer that such an output sees, for every weight of the trunk that a
row passes, for the cube of the last layer's units (whose features are whitened). Permutations
and drivers are such fits."""
REFIT_S, REFIT_LABEL_S, REFIT_UNIT_S = 0.008, 2.5e-7, 6e-9
"""The same of a half of the patients, whose search begins near its end."""
DRIVE_FIT, DRIVE_WEIGHT_S, DRIVE_MEAN_S = 0.5, 7.4e-11, 1.7e-8
"""To see what drives groups: the share of such a fit, for every weight that a row passes on its way
back from every task, for every weight of the mean displacement of a task."""
READINGS, READ_CELL_S = 3, 4e-8
"""Of a table that stays in its file, for the probes of a start: how often, and for every value."""
START_SUM_S, WEIGHT_SUM_S, PAIR_SUM_S = 0.2, 1e-9, 6e-8
"""To sum up one random start: at all, for every weight that a row passes, for every row and pair of
tasks."""
MEAN_BLOCK_S, MEAN_PAIR_S = 1.1e-9, 6e-11
"""For every weight of the mean displacement of a task in a block of rows, and of two tasks."""
OWN_HEAD_S = 2e-10
"""To sum up one weight that a row passes, for the random head of a task of its own."""
WARM_STEP_S, WARM_TASK_S = 1.2e-3, 2e-5
"""A step of a warm-up: at all, and for every task."""
MEAN_S = 5e-9
"""To compare one weight of the mean displacements of two tasks without one block of rows."""
APART_S = 5e-8
"""To compare one number of a layer's factors in two samples, where samples are not matched."""
STEP_S, STEP_INPUT_S = 1.2e-9, 2.5e-10
"""To take one weight a step further with one label of one row, beyond the first step; one of the
layer that sees the inputs, which stay as they are."""
JOINT_STEP_S, JOINT_WEIGHT_S = 7e-4, 2e-11
"""A step of a joint run: at all, and for every inner weight that a row passes on its way back from
every task."""
LOOK_S, LOOK_WEIGHT_S, LOOK_LOSS_S = 3e-4, 2e-8, 1.2e-8
"""To look ahead: for every task, for every task and weight of the first layer, for every loss."""
RERUN_S, RERUN_PAIR_S, ENCODER_PAIR_S = 3e-4, 4.3e-6, 1.4e-4
"""To group once more: for every task, for every pair; to train the encoder: for every pair."""
CONVOLUTION = 4.0
"""Times that a multiplication of a convolution takes longer than one of plain layers."""
