"""At most 3% of the tokens in batches of real rows are padding, and the batches stay near their budget."""

from __future__ import annotations

import pytest

from ftkit.data.batches import TokenBudgetBatches, padding_fraction
from ftkit.runs.settings import SETTINGS
from support.padding import CORPORA, lengths_of
from support.real_data import needs_real_data

BUDGET = next(option.default for option in SETTINGS if option.name == "token_budget")


@needs_real_data
@pytest.mark.parametrize("world_size", [1, 4])
@pytest.mark.parametrize("corpus", CORPORA)
def test_real_rows_at_the_default_budget_have_at_most_3_percent_padding(corpus: str, world_size: int) -> None:
    assert isinstance(BUDGET, int)
    lengths = lengths_of(corpus)
    ranks = [TokenBudgetBatches(lengths, BUDGET, 0, rank=r, world_size=world_size) for r in range(world_size)]
    batches = [batch for rank in ranks for batch in rank]
    assert len(lengths) == 8000
    assert padding_fraction(batches, lengths) <= 0.03
    tokens = [len(batch) * int(lengths[batch].max(axis=0).sum()) for batch in batches]
    assert max(tokens) <= BUDGET
    assert sum(tokens) / len(tokens) > 0.85 * BUDGET
