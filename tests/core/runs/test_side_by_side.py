"""Two writers at once, as two visitors of one server and the workers of one run are."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from core.runs.stages import StageFolder
from core.runs.status import replace_text
from core.values import Projection

N_WRITERS, N_TIMES = 4, 60


def at_once(write):
    """`write(writer, time)` by every writer at the same moments; what any raises is raised."""
    meet = Barrier(N_WRITERS)

    def work(writer):
        for time in range(N_TIMES):
            meet.wait(10)
            write(writer, time)

    with ThreadPoolExecutor(N_WRITERS) as pool:
        for done in [pool.submit(work, writer) for writer in range(N_WRITERS)]:
            done.result()


def test_a_text_is_one_of_those_written_and_whole(tmp_path):
    path = tmp_path / "text.json"
    at_once(lambda writer, time: replace_text(path, str(writer) * 100_000))
    assert path.read_text() in {str(writer) * 100_000 for writer in range(N_WRITERS)}
    assert [file.name for file in tmp_path.iterdir()] == ["text.json"]


def test_no_stage_that_another_worker_names_is_forgotten(tmp_path):
    stages = tmp_path / "stages"
    flat = Projection("pca", np.zeros((1, 2)), np.zeros(1, int), 1.0)

    def keep(writer, time):
        StageFolder(stages).keep(f"stage-{writer}-{time}", Projection, (), lambda: flat)

    at_once(keep)
    for writer in range(N_WRITERS):
        for time in range(N_TIMES):
            assert StageFolder(stages).load(f"stage-{writer}-{time}", Projection) == flat
