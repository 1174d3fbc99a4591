"""Two writers at once, as two visitors of one server and the workers of one run are."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from core.plan import Plan
from core.provenance import Source
from core.runs.spec import load_spec, make_folder, new_spec, rename_run, set_roles
from core.runs.stages import StageFolder
from core.runs.status import replace_text
from core.values import Projection

N_WRITERS, N_TIMES = 4, 60


def at_once(write):
    """`write(writer, time)` by every writer at the same moments; what any raises is raised."""
    meet = Barrier(N_WRITERS)

    def work(writer):
        for time in range(N_TIMES):
            meet.wait(600)
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


def test_two_who_change_a_spec_both_change_it(tmp_path):
    spec = new_spec("run", 1, "0" * 64, {}, Plan(), Source.TABLE)
    run = tmp_path / "run"
    assert make_folder(run, lambda file: file.write_bytes(b""), spec)

    def change(writer, time):
        if writer == 0:
            assert load_spec(run).name == (f"run {time - 1}" if time else "run")
            rename_run(run, f"run {time}")
        elif writer == 1:
            assert load_spec(run).roles == ({"time": time - 1} if time else {})
            set_roles(run, {"time": time})

    at_once(change)
