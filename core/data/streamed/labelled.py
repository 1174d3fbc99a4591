"""How many patients have an event, of rows that go by once and may be many a patient."""

import numpy as np
from jaxtyping import Bool, Int, UInt64

from core.keys import CountDistinct
from core.values import Split


class LabelledPatients:
    """Counts patients by task and split; exact up to some thousand each, then to two digits."""

    def __init__(self, n_tasks: int) -> None:
        self.with_event = [[CountDistinct() for _ in Split] for _ in range(n_tasks)]
        self.known = [[CountDistinct() for _ in Split] for _ in range(n_tasks)]

    def add(
        self,
        event: Bool[np.ndarray, "row task"],
        known: Bool[np.ndarray, "row task"],
        split: Int[np.ndarray, " row"],
        patient: UInt64[np.ndarray, " row"],
    ) -> None:
        """Take in some rows; all rows of a patient are in one split."""
        for part in Split:
            here = np.flatnonzero(split == part.code)
            for task in range(len(self.known)):
                for counts, has in ((self.with_event, event), (self.known, known)):
                    counts[task][part.code].add(patient[here[has[here, task]]])

    def count(self) -> Int[np.ndarray, "task split 2"]:
        """Patients with the event, and the others whose label is known."""
        events, known = (
            np.array([[one.count() for one in row] for row in counts], dtype=np.int64)
            for counts in (self.with_event, self.known)
        )
        return np.stack([events, np.maximum(known - events, 0)], axis=-1)
