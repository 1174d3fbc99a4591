"""The context in which there is a card, and what becomes of it there."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import RLock
from unittest import mock

import torch

from tests.card.rules import caller
from tests.card.tensors import OnCard, Words, Work

ENOUGH = 2**34
"""Bytes of a card that has room for everything."""


class Card:
    """No machine of ours has a GPU. Inside this context code sees one of `capacity` bytes:
    `torch.cuda.is_available()` is true, what is moved to `cuda` stands there, and results are the
    CPU's own. As on a real card operations of a tensor there and one here are refused, memory ends,
    NumPy reads nothing, random numbers are the card's own; and what the host waits for is noted."""

    def __init__(self, capacity=ENOUGH):
        self.capacity, self.peak, self.kept = capacity, 0, 0
        self.waits, self.rounded = [], []
        """What the host waited for, and products of rounded numbers: (what, which line)."""
        self.calls = []
        """Operations that it was asked for: (what, which line)."""
        self.refusals = 0
        """Times that there was no room."""
        self.chance = torch.Generator().manual_seed(0).get_state()
        self._users, self._sizes, self._lock = Counter(), {}, RLock()

    @property
    def used(self):
        return sum(self._sizes.values())

    def __enter__(self):
        self._entered = [*(mock.patch(name, new) for name, new in self._answers().items())]
        self._entered += [Work(self), Words(self)]
        for part in self._entered:
            part.__enter__()
        return self

    def __exit__(self, *ending):
        for part in self._entered[::-1]:
            part.__exit__(*ending)

    def _answers(self):
        return {
            "torch.cuda.is_available": lambda: True,
            "torch.cuda.mem_get_info": lambda device=None: (self.capacity - self.kept, 0),
            "torch.cuda.memory_reserved": lambda device=None: self.kept,
            "torch.cuda.memory_allocated": lambda device=None: self.used,
            "torch.cuda.empty_cache": self._empty,
            "torch.cuda.get_rng_state": lambda device=None: self.chance.clone(),
            "torch.cuda.set_rng_state": lambda state, device=None: self._set_chance(state),
            "torch.cuda.manual_seed_all": self._seed,
            # parameters stay the same objects on their way, as between two real devices
            "torch.__future__._swap_module_params_on_conversion": True,
            "concurrent.futures.ThreadPoolExecutor.submit": self._submit(),
        }

    def _submit(self):
        """Threads of a pool see the card too."""
        real = ThreadPoolExecutor.submit

        def submit(pool, work, *args, **more):
            def there():
                with Work(self), Words(self):
                    return work(*args, **more)

            return real(pool, there)

        return submit

    def holds(self, value):
        return isinstance(value, OnCard)

    def note(self, what):
        self.calls.append((what, caller()))

    def wait(self, what):
        self.waits.append((what, caller()))

    def lend(self, held):
        """Room for a tensor for as long as any looks at its numbers; kept for later afterwards."""
        storage = held.untyped_storage()
        key, size = storage.data_ptr(), storage.nbytes()
        with self._lock:
            if key not in self._sizes and self.used + size > self.capacity:
                self.refusals += 1
                raise torch.OutOfMemoryError(f"CUDA out of memory. Tried to allocate {size} bytes.")
            self._users[key] += 1
            self._sizes[key] = size
            self.kept = max(self.kept, self.used)
            self.peak = max(self.peak, self.used)
        return _Lease(self, key)

    def end(self, key):
        with self._lock:
            self._users[key] -= 1
            if self._users[key] == 0:
                del self._users[key], self._sizes[key]

    def draw(self, func, args, kwargs):
        """Random numbers of the card's own generator."""
        of_host = torch.get_rng_state()
        torch.set_rng_state(self.chance)
        try:
            return func(*args, **kwargs)
        finally:
            self.chance = torch.get_rng_state()
            torch.set_rng_state(of_host)

    def _empty(self):
        self.kept = self.used

    def _set_chance(self, state):
        self.chance = state.clone()

    def _seed(self, seed):
        self.chance = torch.Generator().manual_seed(seed + 1).get_state()


class _Lease:
    def __init__(self, card, key):
        self.card, self.key = card, key

    def __del__(self):
        self.card.end(self.key)
