"""Which order of examples, and which cuts in it, make batches with little padding.

A batch of B examples whose longest input has S tokens and whose longest target has T costs B·(S + T) padded
tokens. Examples are sorted by input length and cut into strips, each sorted by target length, to and fro so
that neighbours stay alike across strips. A strip is as wide as makes the waste of its inputs' spread equal to
that of its targets'. Where cutting when the budget is full wastes more than 2%, the cuts are chosen by
dynamic programming instead: least padding plus a price for each batch, so that batches stay near the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers: TypeAlias = NDArray[np.int64]

Lengths: TypeAlias = "Sequence[tuple[int, int]] | Integers"
"""For each example the number of its input's and its target's tokens."""

_STRIPS = 256  # at most: with more rows than that asks for, waste is small anyway
_WINDOW = 800  # examples from whose targets a strip's spread is estimated
_GOOD, _ENOUGH = 0.02, 0.029  # padding that asks for no better cuts; padding that better cuts aim at
_PRICES = 0.03, 0.5  # of a batch, in budgets: between these the price is sought that just reaches the aim
_STEPS = 6
_MORE = 1.12  # times as many batches as full ones would be, at most
_MOST = 30_000  # examples for which cuts are sought: seconds, and with more of them the waste is small
_MOST_WORK = 30_000_000  # examples times rows of a full batch, likewise


def ordered(lengths: Integers, budget: int, batch_size: int | None = None) -> Integers:
    """Indices of the examples, such that neighbours are of like length; equal lengths in index order.

    Args:
        lengths: (examples, 2).
        budget: Padded tokens of a batch.
        batch_size: Rows of a batch, in place of the budget.
    """
    import numpy as np  # noqa: PLC0415 - not needed to say that a recipe is wrong

    by_input = np.lexsort((lengths[:, 1], lengths[:, 0]))
    inputs, targets = lengths[by_input].T
    parts: list[Integers] = []
    start = 0
    while start < len(by_input):
        near = float(targets[start : start + _WINDOW].mean())
        rows_wanted = batch_size or budget / (inputs[start] + near)
        end = start + _strip_end(inputs[start:], targets[start:], rows_wanted, len(by_input) // _STRIPS)
        strip = by_input[start:end]
        strip = strip[np.lexsort((lengths[strip, 0], lengths[strip, 1]))]
        parts.append(strip[::-1] if len(parts) % 2 else strip)
        start = end
    return np.concatenate(parts) if parts else by_input


def _strip_end(inputs: Integers, targets: Integers, rows_wanted: float, least: int) -> int:
    """How many examples make the next strip.

    An example wastes half the strip's width in its input, and in its target half the spread that falls on one
    batch: spread · rows of a batch / rows of the strip. Both are equal where width · rows = spread · batch.
    """
    import numpy as np  # noqa: PLC0415 - as above

    low, high = np.quantile(targets[:_WINDOW], (0.05, 0.95))
    area = (inputs - inputs[0] + 1) * np.arange(1, len(inputs) + 1)
    rows = int(np.searchsorted(area, (high - low + 1) * rows_wanted)) + 1
    return min(len(inputs), max(rows, least))


def cuts(lengths: Integers, budget: int) -> list[int]:
    """Where each batch ends, of examples that stand in their order; the last end is their number."""
    full = _full_cuts(lengths, budget)
    too_long = len(lengths) > _MOST or len(lengths) ** 2 > _MOST_WORK * len(full)
    if too_long or padding(lengths, full) <= _GOOD:
        return full
    low, high = _PRICES
    chosen = full
    for _ in range(_STEPS):  # the dearer a batch, the fewer and fuller they are
        price = (low * high) ** 0.5
        found = _priced_cuts(lengths, budget, price * budget)
        waste = padding(lengths, found)
        too_many = len(found) > _MORE * len(full)
        if not too_many and waste <= max(_ENOUGH, padding(lengths, chosen)):
            chosen = found
        if too_many or waste <= _ENOUGH:
            low = price
        else:
            high = price
    return chosen


def padding(lengths: Integers, ends: Sequence[int]) -> float:
    """Share of all tokens in the padded batches that are padding."""
    import numpy as np  # noqa: PLC0415 - as above

    if not len(lengths):
        return 0.0
    starts = np.array([0, *ends[:-1]])
    widest = np.maximum.reduceat(lengths, starts).sum(axis=1)
    return 1 - float(lengths.sum() / (widest * np.diff([0, *ends])).sum())


def _full_cuts(lengths: Integers, budget: int) -> list[int]:
    batches = cut(range(len(lengths)), lengths.tolist(), budget)
    return [batch[-1] + 1 for batch in batches]


def _priced_cuts(lengths: Integers, budget: int, price: float) -> list[int]:
    """The cuts with the least sum of padded tokens and the batches' price, none above the budget."""
    import numpy as np  # noqa: PLC0415 - as above

    count = len(lengths)
    most = np.maximum(1, budget // lengths.sum(axis=1))  # rows of a batch that ends with this example
    best, before = np.zeros(count + 1), np.zeros(count + 1, np.int64)
    rows = np.arange(1, int(most.max()) + 1)
    for end in range(1, count + 1):
        start = max(0, end - int(most[end - 1]))
        widest = np.maximum.accumulate(lengths[start:end][::-1]).sum(axis=1)
        cost = rows[: end - start] * widest
        cost = cost[: max(1, int(np.searchsorted(cost, budget, side="right")))]
        total = best[end - len(cost) : end][::-1] + cost
        size = int(total.argmin())
        best[end], before[end] = total[size] + price, end - 1 - size
    ends = [count]
    while before[ends[-1]] > 0:
        ends.append(int(before[ends[-1]]))
    return ends[::-1]


def cut(indices: Sequence[int], lengths: Sequence[tuple[int, int]], token_budget: int) -> list[list[int]]:
    """Cut indices into consecutive batches within the budget; an example beyond it is a batch alone."""
    batches: list[list[int]] = []
    widest_input = widest_target = 0
    for index in indices:
        widest_input = max(widest_input, lengths[index][0])
        widest_target = max(widest_target, lengths[index][1])
        fits = batches and (len(batches[-1]) + 1) * (widest_input + widest_target) <= token_budget
        if fits:
            batches[-1].append(index)
        else:
            batches.append([index])
            widest_input, widest_target = lengths[index]
    return batches
