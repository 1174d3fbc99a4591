"""A chunk that does not fit into memory is trained in halves."""

from core.machine.memory import give_back, is_out_of_memory
from core.progress import OnProgress, within
from core.training.parallel import Chunk, TrainOne
from core.training.trained import Trained, join


def train_in_halves(train: TrainOne, chunk: Chunk, report: OnProgress) -> Trained:
    """The networks of a chunk; where memory runs out, of its halves one after the other, and so on.

    Raises:
        MemoryError: the networks of a single group do not fit either.
    """
    try:
        return train(chunk, report)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        if len(chunk) == 1:
            raise MemoryError("Not even the networks of one group fit into the memory.") from error
    give_back()  # outside the handler: the error holds on to the tensors of its frames
    half = len(chunk) // 2
    return join(
        [
            train_in_halves(train, chunk[:half], within(report, 0.0, 0.5)),
            train_in_halves(train, chunk[half:], within(report, 0.5, 1.0)),
        ]
    )
