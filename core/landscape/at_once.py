"""Whether landscapes may be measured beside each other."""

from core.convolutions import CONVOLUTIONS
from core.convolutions.canvas import trunk_kind
from core.landscape.one_step import OneStep
from core.landscape.trunks.brought import Brought
from core.machine.device import pick_device
from core.values import TaskTable


def most_at_once(table: TaskTable, method: OneStep, brought: Brought, device: str) -> int | None:
    """How many landscapes of such a table threads may measure at once; None for any number.

    One where a GPU computes, or where the trunk is a module: its layers are watched while it runs.
    """
    kind, _ = trunk_kind(method.trunk, table.feature_shape, len(table.feature_names))
    is_module = brought.trunk is not None or kind in CONVOLUTIONS
    return 1 if is_module or pick_device(device).type != "cpu" else None
