"""Whether a landscape can start, asked before there is a run folder."""

from typing import TYPE_CHECKING

from core.convolutions import CONVOLUTIONS
from core.data import Roles, build_table
from core.landscape import NOTHING, Brought, check_start
from core.plan import Plan

if TYPE_CHECKING:
    import pandas as pd


def check_frame(
    frame: "pd.DataFrame", roles: Roles, plan: Plan, brought: Brought = NOTHING
) -> None:
    """Raise MethodError where the trunk of a plan cannot read the rows of a frame, or does not take
    the weights that were brought; a trunk that reads any rows asks nothing of them."""
    if plan.landscape.trunk in CONVOLUTIONS or brought.is_trained:
        check_start(build_table(frame, roles, seed=plan.seed), plan.landscape, brought)
