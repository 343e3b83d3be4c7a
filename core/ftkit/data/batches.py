"""Batches of examples of like length: within a token budget, or of a fixed number of rows.

A pure function of lengths, seed, epoch and world size. Every epoch has the same number of batches, for only
examples of equal lengths change places; what is shuffled is the order of the batches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ftkit.data.bucketing import Lengths, cuts, ordered, padding
from ftkit.errors import DataError

if TYPE_CHECKING:
    from ftkit.data.bucketing import Integers


class TokenBudgetBatches:
    """Batches of example indices, one list a batch; what a torch `DataLoader` takes for `batch_sampler`.

    With several processes every rank gets the same number of batches, no example twice, and at each step
    batches of like size, so that none waits long for another.

    Attributes:
        epoch: Which epoch the next iteration is for, counted from 0.
    """

    def __init__(
        self,
        lengths: Lengths,
        token_budget: int,
        seed: int,
        *,
        batch_size: int | None = None,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        """Decide which lengths go together.

        Args:
            lengths: For each example the number of its input's and its target's tokens.
            token_budget: Padded tokens of a batch at most; an example beyond it is a batch alone.
            seed: Decides, with the epoch, the order of batches and the places of equal lengths.
            batch_size: Rows of a batch, in place of the budget; the last batch may have fewer.
            rank: The process whose batches these are.
            world_size: How many processes there are.

        Raises:
            DataError: There are fewer examples than processes.
        """
        import numpy as np  # noqa: PLC0415 - not needed to say that a recipe is wrong

        table = np.asarray(lengths, np.int64).reshape(-1, 2)
        slots = ordered(table, token_budget, batch_size)
        table = table[slots]
        ends = _even_cuts(len(table), batch_size) if batch_size else cuts(table, token_budget)
        self._ends = _divisible(ends, world_size)
        self._seed, self._rank, self._world_size = seed, rank, world_size
        # Slots of equal lengths form a group; within it any example can stand in any slot.
        group = np.unique(table, axis=0, return_inverse=True)[1].reshape(-1)
        self._by_group = np.argsort(group, kind="stable")
        self._group = group[np.argsort(slots)]
        self._by_size = self._sized(table)
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch; the trainer calls this at the start of each."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self._ends) // self._world_size

    def __iter__(self) -> Iterator[list[int]]:
        import numpy as np  # noqa: PLC0415 - as above

        draws = _Draws(f"{self._seed}/{self.epoch}")
        placed = np.empty_like(self._by_group)
        placed[self._by_group] = np.lexsort((draws.keys(len(placed)), self._group))
        examples: list[int] = placed.tolist()
        starts = [0, *self._ends[:-1]]
        return iter([examples[starts[each] : self._ends[each]] for each in self._order(draws)])

    def _order(self, draws: _Draws) -> list[int]:
        """Numbers of this rank's batches: steps shuffled, and within a step the ranks."""
        import numpy as np  # noqa: PLC0415 - as above

        steps = self._by_size[np.argsort(draws.keys(len(self._by_size)), kind="stable")]
        ranks = np.argsort(draws.keys(steps.size).reshape(steps.shape), axis=1, kind="stable")
        order: list[int] = np.take_along_axis(steps, ranks, axis=1)[:, self._rank].tolist()
        return order

    def _sized(self, table: Integers) -> Integers:
        """Numbers of the batches by their padded tokens, (steps, ranks)."""
        import numpy as np  # noqa: PLC0415 - as above

        starts = [0, *self._ends[:-1]] if self._ends else []
        widest = np.maximum.reduceat(table, starts).sum(axis=1) if starts else np.zeros(0, np.int64)
        tokens = widest * (np.array(self._ends, np.int64) - np.array(starts, np.int64))
        return np.argsort(tokens, kind="stable").reshape(-1, self._world_size)


class _Draws:
    """Random numbers that a text decides: Philox's own, which stay the same in every version of numpy."""

    def __init__(self, text: str) -> None:
        import numpy as np  # noqa: PLC0415 - as above

        key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
        self._philox = np.random.Philox(key=key)

    def keys(self, count: int) -> Integers:
        """Numbers to sort by."""
        return self._philox.random_raw(count).view("int64")


def padding_fraction(batches: Sequence[Sequence[int]], lengths: Lengths) -> float:
    """Share of all tokens in the padded batches that are padding."""
    import numpy as np  # noqa: PLC0415 - as above

    indices = np.fromiter((index for batch in batches for index in batch), np.int64)
    ends = np.cumsum([len(batch) for batch in batches]).tolist()
    return padding(np.asarray(lengths, np.int64).reshape(-1, 2)[indices], ends)


def _even_cuts(count: int, size: int) -> list[int]:
    return [min(count, start + size) for start in range(0, count, size)]


def _divisible(ends: list[int], world_size: int) -> list[int]:
    """Nearly the same cuts, such that every rank gets as many batches as any other.

    The largest batches are halved. Where all are single examples already, the first, which are the shortest,
    are paired: nothing else gives every rank as many batches, and none of the examples twice.

    Raises:
        DataError: There are fewer examples than processes.
    """
    count = ends[-1] if ends else 0
    if 0 < count < world_size:
        raise DataError(f"{count} examples can't be dealt out to {world_size} processes")
    ends = list(ends)
    while len(ends) % world_size:
        if len(ends) == count:
            pairs = range(0, 2 * (count % world_size), 2)
            return [end for number, end in enumerate(ends) if number not in pairs]
        sizes = [end - start for start, end in zip([0, *ends], ends, strict=False)]
        largest = max(range(len(sizes)), key=sizes.__getitem__)
        ends.insert(largest, ends[largest] - sizes[largest] // 2)
    return ends
