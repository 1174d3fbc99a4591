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
(its gradients, modes, buffers, random numbers) never notices.

Linear maps, convolutions and embeddings, recurrent layers and attention take that way. Anything
else is called again on what it was fed, one sample at a time; a weight that several modules use
belongs to the module around them.

    record     the context manager: hooks on, hooks off, one file written at the end
    recorder   what `observe` does with a batch
    watch      hooks that mark the graph where a layer was called
    tree       the tensors in what a module takes and returns
    choose     which module uses which of the parameters that count
    trace      marks found again behind the losses, and what comes back to them
    trail      the same inside recurrent layers and attention, which are run again
    layout     which axis of a layer's rows is the sample
    align      what comes back to every call, task by task, in the order of the samples
    call       one call of a layer, sample by sample
    pulls      a layer's calls → what it adds to the displacements
    lookup     the same of an embedding
    gradients  the same of any module, called again on single samples
    chance     the random numbers that a call drew, drawn again
    bare       a module without the user's hooks and buffers
    prove      a first batch shows that every weight is accounted for
    independent  and that samples are apart
    batch      losses and masks of a batch, checked
    labels     its labels and ids, checked
    check      what a recorded file must hold, whoever wrote it
    sums       pair terms and mean displacements, block by block
    reservoir  a fair draw of points from a stream
    finish     what was recorded as a Landscape
"""

from core.recording.record import record_landscape
from core.recording.recorder import Recorder

__all__ = ["Recorder", "record_landscape"]
