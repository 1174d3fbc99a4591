"""What a run will take before it starts: seconds and memory, from its size and its plan.

    needs = estimate_run(Size(n_rows=11_778, n_inputs=30, n_tasks=16), preset("quick"), pace=0.8)
    needs.seconds, needs.memory

What a plan asks for is counted, and multiplied by what a unit of it takes: seconds that a CPU is at
work. `python -m tests.benchmarks estimate` tells how near they come, and `pace` says what a clock
shows here for such a second (`core.runs.pace`).

    size       rows, inputs and tasks of a table
    unit       seconds of a unit of each part, fitted to runs
    trunk      weights that a row passes
    parts      what several stages do: fits, walks, comparisons
    landscape  starts and refits
    joint_run  steps and looks ahead
    chance     permuted labels: the null, and what drives the groups
    run        all of it, and the memory
"""

from core.estimate.run import Needs, estimate_run
from core.estimate.size import Size, size_of, size_of_table

__all__ = ["Needs", "Size", "estimate_run", "size_of", "size_of_table"]
