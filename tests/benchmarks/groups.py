"""How long graph, embedding and groups take: `python -m tests.benchmarks.groups [replicates]`."""

import sys
from itertools import pairwise
from time import perf_counter

from core.graph import build_graph, embed_tasks
from core.grouping import adjusted_rand, propose_groupings, recommend
from tests.core.graph.affinities import planted

SIZES = {12: [4] * 3, 50: [10] * 5, 300: [50] * 6}


def measure(sizes, n_replicates):
    """Seconds of each stage, and the adjusted Rand index of the recommended groups."""
    affinity, truth = planted(sizes, n_replicates=n_replicates)
    times = [perf_counter()]
    graph = build_graph(affinity)
    times.append(perf_counter())
    embedding = embed_tasks(graph)
    times.append(perf_counter())
    groupings = propose_groupings(graph, embedding)
    advice = recommend(groupings, embedding, affinity=affinity)
    times.append(perf_counter())
    agreement = adjusted_rand(advice.grouping.labels, truth)
    return [after - before for before, after in pairwise(times)], agreement


def main(n_replicates=200):
    start = perf_counter()
    measure([2, 2], 2)  # imports torch and scikit-learn
    lines = [f"imports and a first small run: {perf_counter() - start:.1f} s", ""]
    lines.append("tasks  replicates   graph   embed  groups   total  adjusted Rand")
    for n_tasks, sizes in SIZES.items():
        replicates = min(n_replicates, 50) if n_tasks == 300 else n_replicates
        seconds, agreement = measure(sizes, replicates)
        cells = "".join(f"{second:8.2f}" for second in [*seconds, sum(seconds)])
        lines.append(f"{n_tasks:5d}{replicates:12d}{cells}{agreement:15.2f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
