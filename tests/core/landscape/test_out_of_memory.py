"""Every loop over rows goes on with half of them where memory runs out, to the same sums."""

import subprocess
import sys
from dataclasses import replace
from textwrap import dedent

import numpy as np
import pytest
import torch

from core.joint_run import JointRun
from core.landscape import OneStep, measure_landscape, measure_look_ahead
from core.landscape.layers import crossed as crossed_layers
from core.landscape.look_ahead import joint
from core.landscape.memory import Batches
from core.landscape.own_samples import crossed, mean_pairs
from core.landscape.probes.fit import fit_probes
from core.landscape.rows.labels import prepare_labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.sums import mean_pull
from core.landscape.trunks.perceptron import draw_perceptron
from core.landscape.walks import walked
from tests.core.landscape.tables import draw_labels, make_table

SMALL = OneStep(starts=1, n_blocks=6, mean_rows=400, max_points=50)


def own_samples(kinds):
    labels = draw_labels(240, kinds)
    labels[np.arange(240)[:, None] % len(kinds) != np.arange(len(kinds))] = np.nan
    return make_table(labels, kinds)


class Scarce:
    """A function that has no memory for more than a few rows, as its argument `place` counts."""

    def __init__(self, real, place, most):
        self.real, self.place, self.most, self.failed = real, place, most, 0

    def __call__(self, *args, **more):
        if len(args[self.place]) > self.most:
            self.failed += 1
            raise torch.OutOfMemoryError("out of memory")
        return self.real(*args, **more)


def same(found, expected):
    for name, values in expected._items():
        if isinstance(values, np.ndarray):
            np.testing.assert_allclose(getattr(found, name), values, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("module", "name", "place", "most", "settings", "own"),
    [
        (walked, "follow", 2, 40, {"steps": 3}, False),
        (crossed, "follow", 2, 9, {"steps": 3, "pairing": "energy"}, True),
        (crossed, "_own_pulls", 3, 9, {"pairing": "energy"}, True),
        (crossed_layers, "l1_between", 0, 100, {"pairing": "energy"}, True),
        (mean_pairs, "_terms", 0, 2, {"pairing": "mean"}, True),
    ],
)
def test_sums_are_the_same_where_rows_had_to_be_halved(
    module, name, place, most, settings, own, monkeypatch
):
    table = own_samples("bbr") if own else make_table(draw_labels(300, "bbr", 0.2), "bbr")
    method = replace(SMALL, **settings)
    expected = measure_landscape(table, method, device="cpu")
    scarce = Scarce(getattr(module, name), place, most)
    monkeypatch.setattr(module, name, scarce)
    found = measure_landscape(table, method, device="cpu")
    assert scarce.failed
    same(found.sums, expected.sums)
    # lengths are those of some walks of every batch, so only the share that stopped is the same
    np.testing.assert_allclose(found.curve[:, 0], expected.curve[:, 0], rtol=1e-5)


@pytest.mark.parametrize("pairing", ["matched", "mean"])
def test_mean_displacements_are_the_same(pairing, monkeypatch):
    table = make_table(draw_labels(120, "bbr", 0.2), "bbr")
    method = replace(SMALL, pairing=pairing)
    expected = measure_landscape(table, method, device="cpu").sums

    class Small(Batches):
        def over(self, n, work):
            def scarce(start, stop):
                if stop - start > 3:
                    raise MemoryError
                work(start, stop)

            super().over(n, scarce)

    for module in (mean_pull, mean_pairs):
        monkeypatch.setattr(module, "Batches", Small)
    same(measure_landscape(table, method, device="cpu").sums, expected)


def test_probes_are_the_same(monkeypatch):
    tasks = make_table(draw_labels(300, "bmr"), "bmr").tasks
    rows = arrange_rows(
        np.random.default_rng(1).standard_normal((300, 6)).astype(np.float32),
        prepare_labels(tasks, draw_labels(300, "bmr")),
        np.arange(300) // 50,
        torch.device("cpu"),
    )
    trunk = draw_perceptron(6, 12, 2, torch.Generator().manual_seed(0), torch.device("cpu"))
    expected = fit_probes(tasks, rows, trunk, 5.0, lambda share: None)
    real, failed = torch.Tensor.double, []

    def scarce(self):
        if self.shape[-1] == len(tasks) and len(failed) < 4 and self.shape[0] > 30:
            failed.append(self.shape)
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return real(self)

    monkeypatch.setattr(torch.Tensor, "double", scarce)
    found = fit_probes(tasks, rows, trunk, 5.0, lambda share: None)
    assert failed
    np.testing.assert_allclose(found.weight, expected.weight, atol=1e-6)


def test_looks_ahead_are_the_same_with_fewer_sources_at_a_time(monkeypatch):
    table = make_table(draw_labels(300, "bbrm", 0.2), "bbrm")
    landscape = measure_landscape(table, SMALL, device="cpu")
    run = JointRun(steps=12, every=4, look_rows=40)
    expected = measure_look_ahead(table, landscape, run, SMALL, device="cpu")
    scarce = Scarce(joint.losses_ahead, 2, 1)
    monkeypatch.setattr(joint, "losses_ahead", scarce)
    found = measure_look_ahead(table, landscape, run, SMALL, device="cpu")
    assert scarce.failed
    np.testing.assert_allclose(found.gain, expected.gain, atol=1e-6)
    assert found.n_looks == expected.n_looks == 3


def test_a_process_with_little_memory_fits_its_probes_all_the_same():
    """A real failure: an address space in which the logits of all rows find no room."""
    program = dedent("""
        import resource, sys
        import numpy as np, torch
        from core.landscape.probes import fit as probe
        from core.landscape.memory import Batches
        from core.landscape.rows.labels import Labels
        from core.landscape.rows.pieces import arrange_rows
        from core.landscape.trunks.perceptron import draw_perceptron
        from core.values import Kind, Task

        torch.set_num_threads(1)
        probe.STEPS = 3
        halved = []
        real = Batches._halve
        Batches._halve = lambda self, size, error: (halved.append(str(error)), real(self, size, error))
        n, n_tasks = 20_000, 60
        rng = np.random.default_rng(0)
        value = (rng.random((n, n_tasks)) < 0.3).astype(float)
        labels = Labels(value, np.ones(value.shape, dtype=bool))
        tasks = [Task(f"y_{k}", Kind.BINARY, n, 0.3) for k in range(n_tasks)]
        x = rng.standard_normal((n, 4)).astype(np.float32)
        cpu = torch.device("cpu")
        rows = arrange_rows(x, labels, np.arange(n) % 20, cpu)
        trunk = draw_perceptron(4, 8, 1, torch.Generator().manual_seed(0), cpu)
        told = []
        expected = probe.fit_probes(tasks, rows, trunk, 5.0, lambda share: None).weight

        def limit(share):
            pages = int(open("/proc/self/statm").read().split()[0])
            most = pages * resource.getpagesize() + 25_000_000
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))

        found = probe.fit_probes(tasks, rows, trunk, 5.0, limit).weight
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert halved, "memory was enough"
        assert torch.allclose(found, expected, atol=1e-5), (found - expected).abs().max()
        sys.stdout.write(f"{len(halved)} {halved[0]}")
    """)
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "memory" in ended.stdout
