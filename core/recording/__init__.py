"""The landscape of anybody's PyTorch model, recorded inside their own loop.

    with record_landscape(model.trunk, ["died", "stroke"], "model.landscape.npz") as recorder:
        for x, labels in loader:
            features = model.trunk(x)
            losses = {task: loss(head[task](features), labels[task]) for task in head}  # [batch]
            recorder.observe(losses)                     # before the backward pass
            sum(each.mean() for each in losses.values()).backward()

The sample-wise optimum of one step is a gradient (METHODS §1, K = 1), and the gradient of a layer
is made of what it was fed and what comes back to it. Hooks keep the first on the user's own graph,
one backward pass a task gives the second, and the same T × T block sums and sketches come out as
of a table. No gradient of a batch is held for more than a few rows of one layer, and the model
(its gradients, modes, random numbers) never notices.

    record     the context manager: hooks on, hooks off, one file written at the end
    recorder   what `observe` does with a batch
    watch      hooks that mark the graph where a layer was called
    trace      marks found again behind the losses, and what comes back to them
    layout     which axis of a layer's rows is the sample
    pulls      a layer's calls → what it adds to the displacements
    lookup     the same of an embedding
    prove      a first batch shows that samples are apart and every weight is accounted for
    batch      losses, masks, labels and ids of a batch, checked
    sums       pair terms and mean displacements, block by block
    reservoir  a fair draw of points from a stream
    finish     what was recorded as a Landscape
"""

from core.recording.record import record_landscape
from core.recording.recorder import Recorder

__all__ = ["Recorder", "record_landscape"]
