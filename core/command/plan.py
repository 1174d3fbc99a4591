"""The plan that the options of the command line ask for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.command.options import as_option
from core.errors import MethodError
from core.plan import Plan


def make_plan(
    key: str,
    measure: str | None,
    settings: Mapping[str, str | int | None],
    groups: str,
    seed: int,
    device: str,
) -> Plan:
    """The plan that the options of the command line ask for; `settings` are the landscape's.

    Raises:
        MethodError: an unknown key; the known ones are listed.
    """
    from core.affinity import MEASURES
    from core.machine.device import DEVICES, pick_device
    from core.methods import choose
    from core.plan import preset

    plan, n_groups = replace(preset(key), device=device), _n_groups(groups)
    with as_option("--seed", "seed", seed):
        plan = replace(plan, seed=seed)
    with as_option("--groups", "n_groups", n_groups):
        plan = replace(plan, n_groups=n_groups)
    if device not in DEVICES:
        raise MethodError(f"Unknown device {device!r}; choose one of {', '.join(DEVICES)}.")
    if device == "cuda":
        pick_device(device)
    if measure is not None:
        plan = replace(plan, measure=choose(MEASURES, measure))
    for name, value in settings.items():
        change: dict[str, Any] = {} if value is None else {name: value}
        with as_option(f"--{name}", name, value):
            plan = replace(plan, landscape=replace(plan.landscape, **change))
    return plan


def _n_groups(text: str) -> int | None:
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise MethodError(
            f"--groups {text!r} is neither a number nor 'auto'. A column that says where rows come "
            "from is named with --origin."
        ) from None
