"""Random numbers that belong to a row, not to its place in memory: hashes of a key.

A row gets the same split, block and draw in every pass over a file, so none needs to be kept. The
hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014), one word in, one word out.
"""

import numpy as np
from jaxtyping import Float, Int, UInt64

SPLIT, BLOCK, DRAW = 1, 2, 3
"""What a hash is for; different purposes give independent numbers."""


def hash_keys(
    keys: UInt64[np.ndarray, " row"], seed: int, purpose: int
) -> UInt64[np.ndarray, " row"]:
    """A well-mixed word for every key."""
    start = np.random.SeedSequence([seed, purpose]).generate_state(1, np.uint64)[0]
    with np.errstate(over="ignore"):
        word = _mix(keys.astype(np.uint64) ^ start)
        return np.asarray(_mix(word + start))


def uniform(keys: UInt64[np.ndarray, " row"], seed: int, purpose: int) -> Float[np.ndarray, " row"]:
    """A number in [0, 1) for every key."""
    return np.asarray((hash_keys(keys, seed, purpose) >> np.uint64(11)) * 2.0**-53)


def block_of(
    patient: UInt64[np.ndarray, " row"], n_blocks: int, seed: int
) -> Int[np.ndarray, " row"]:
    """The block of every row, in 0 … n_blocks − 1; the rows of a patient share it."""
    return np.asarray((uniform(patient, seed, BLOCK) * n_blocks).astype(np.int64))


def powers_of_half(chance: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """The nearest power of ½ to each chance in (0, 1], so that weights have few values."""
    return np.asarray(2.0 ** -np.round(-np.log2(np.clip(chance, 2.0**-60, 1.0))))


class ColumnHash:
    """A word for every column of a table whose rows come part by part: columns that are the same on
    every row share it, others do not (but for a chance of 2⁻⁶⁴)."""

    def __init__(self, n_columns: int) -> None:
        self.word = np.zeros(n_columns, dtype=np.uint64)
        self.n_rows = 0

    def add(self, bits: UInt64[np.ndarray, "row column"]) -> None:
        """Take in the next rows."""
        number = np.arange(self.n_rows, self.n_rows + len(bits), dtype=np.uint64)
        factor = hash_keys(number, 0, 0)[:, None]
        with np.errstate(over="ignore"):
            self.word = self.word + (_mix(bits) * factor).sum(axis=0, dtype=np.uint64)
        self.n_rows += len(bits)


class CountDistinct:
    """How many different keys went by, from the smallest hashes alone (Bar-Yossef et al. 2002):
    exact up to `N_KEPT`, then to about 2 %, given to two digits."""

    N_KEPT = 4096

    def __init__(self) -> None:
        self.smallest = np.zeros(0, dtype=np.uint64)

    def add(self, keys: UInt64[np.ndarray, " row"]) -> None:
        """Take in some keys, which must be hashes."""
        if len(self.smallest) == self.N_KEPT:
            keys = keys[keys < self.smallest[-1]]
            if not len(keys):
                return
        self.smallest = np.unique(np.concatenate([self.smallest, keys]))[: self.N_KEPT]

    def count(self) -> int:
        """The number of different keys so far."""
        if len(self.smallest) < self.N_KEPT:
            return len(self.smallest)
        about = (self.N_KEPT - 1) / (float(self.smallest[-1]) * 2.0**-64)
        return int(float(f"{about:.2g}"))


def _mix(word: UInt64[np.ndarray, " row"]) -> UInt64[np.ndarray, " row"]:
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(word ^ (word >> np.uint64(31)))
