"""One look at a trunk and one at labels, whoever takes them: the landscape or the trainer."""

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import MethodError, TableError
from core.landscape.rows.labels import prepare_labels
from core.landscape.trunks.admit import admit
from core.rows_apart import check_apart
from core.training import to_examples
from core.training.modules import check_trunk
from tests.core.landscape.tables import make_table

ROWS = torch.randn(5, 6, generator=torch.Generator().manual_seed(0))


class Does(nn.Module):
    """A linear layer, and something after it."""

    def __init__(self, then):
        super().__init__()
        self.layer, self.then = nn.Linear(6, 4), then

    def forward(self, rows):
        return self.then(self.layer(rows), rows)


class Chance(nn.Module):
    """Noise that `eval` does not put to rest."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(6, 4)

    def forward(self, rows):
        return self.layer(rows) + torch.randn(len(rows), 4)


BAD = {
    "other inputs": (lambda: nn.Linear(7, 4), "together and one by one"),
    "mixes rows": (lambda: Does(lambda out, rows: out - out.mean(0)), "in company than alone"),
    "chance": (Chance, "in company than alone"),
    "changes rows": (lambda: Does(lambda out, rows: (rows.mul_(0), out)[1]), "in place"),
    "not finite": (lambda: Does(lambda out, rows: out / 0), "not finite"),
    "other numbers": (lambda: Does(lambda out, rows: out.double()), "type float64"),
    "no matrix": (lambda: Does(lambda out, rows: out[:, :, None]), "must return"),
    "no tensor": (lambda: Does(lambda out, rows: (out, out)), "tuple"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_trunk_is_refused_for_one_reason_by_landscape_and_trainer(name):
    torch.manual_seed(0)
    make, reason = BAD[name]
    said = []
    for look in (check_apart, check_trunk):
        with pytest.raises(MethodError) as caught:
            look(make(), ROWS.clone())
        said.append(str(caught.value))
    with pytest.raises(MethodError) as caught:
        admit(make(), 6, lambda rows: rows, torch.device("cpu"))
    said.append(str(caught.value))
    assert all(reason in one or name == "no tensor" for one in said)
    assert len({one.partition("(")[0] for one in said}) == 1


def test_a_good_trunk_tells_its_width():
    assert check_apart(nn.Sequential(nn.Linear(6, 3), nn.LayerNorm(3)), ROWS) == 3


def test_an_infinite_label_is_refused_in_one_sentence():
    labels = np.tile([0.0, 1.0], (40, 1))
    labels[3:5, 1] = np.inf
    table = make_table(labels, "br")
    said = []
    for look in (lambda: to_examples(table), lambda: prepare_labels(table.tasks, table.labels)):
        with pytest.raises(TableError, match="'y1' has 2 infinite labels, so its loss") as caught:
            look()
        said.append(str(caught.value))
    assert said[0] == said[1]
