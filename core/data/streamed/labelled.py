"""How many patients have an event, of rows that go by once and may be many a patient."""

import numpy as np
from jaxtyping import Bool, Int, UInt64

from core.keys import CountDistinct
from core.values import Split


class LabelledPatients:
    """Counts patients by split, by task, and by whether a record of theirs has a label; exact up to
    some thousand each, then to two digits."""

    def __init__(self, n_tasks: int) -> None:
        self.in_split = [CountDistinct() for _ in Split]
        self.used = [CountDistinct() for _ in range(2)]
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
        is_used = known.any(axis=1)
        self.used[0].add(patient[is_used])
        self.used[1].add(patient[~is_used])
        for part in Split:
            here = np.flatnonzero(split == part.code)
            self.in_split[part.code].add(patient[here])
            for task in range(len(self.known)):
                for counts, has in ((self.with_event, event), (self.known, known)):
                    counts[task][part.code].add(patient[here[has[here, task]]])

    def by_split(self) -> Int[np.ndarray, " split"]:
        """Patients in each split."""
        return np.array([one.count() for one in self.in_split], dtype=np.int64)

    def by_use(self) -> Int[np.ndarray, "2"]:
        """Patients with a record that has any label, and with one that has none."""
        return np.array([one.count() for one in self.used], dtype=np.int64)

    def count(self) -> Int[np.ndarray, "task split 2"]:
        """Patients with the event, and the others whose label is known."""
        events, known = (
            np.array([[one.count() for one in row] for row in counts], dtype=np.int64)
            for counts in (self.with_event, self.known)
        )
        return np.stack([events, np.maximum(known - events, 0)], axis=-1)
