"""What a task's scores are made of, row by row, and how far chance moves them.

Intervals are percentile bootstraps over rows: Efron and Tibshirani, 1993, An Introduction to the Bootstrap,
chapter 13; for metrics of a whole corpus such as BLEU, Koehn, 2004, https://aclanthology.org/W04-3250.
Sizes in shapes: N rows, R resamples, M metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkit.data.examples import Formatter
from ftkit.descriptions import TaskInfo

Weighted = Callable[[NDArray[Any]], Mapping[str, float]]
"""Metrics of the rows where each stands as often as its weight (N,) says."""


def row_scores(
    formatter: Formatter, predictions: Sequence[Any], references: Sequence[Sequence[Any]]
) -> list[Mapping[str, float]]:
    """The metrics of each row alone.

    Args:
        formatter: The task's hooks.
        predictions: A parsed answer for each row, None included.
        references: For each row, its parsed references.

    Returns:
        For each row what the task's `score_row` gives, or `score` of that row where the task has no other.

    Raises:
        ValueError: There are no rows, or not as many predictions as references.
    """
    scored = _Scored(formatter, predictions, references)
    return [scored.row(index) for index in range(len(predictions))]


def signatures(formatter: Formatter, references: Sequence[Sequence[Any]]) -> dict[str, str]:
    """How each metric was computed, in the task's words; empty where it says nothing.

    Args:
        formatter: The task's hooks.
        references: For each row, its parsed references.
    """
    hook = formatter.manager.hook
    return dict(hook.score_signatures(references=references, options=formatter.options) or {})


def intervals(
    formatter: Formatter,
    task: TaskInfo,
    predictions: Sequence[Any],
    references: Sequence[Sequence[Any]],
    *,
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """The percentile bootstrap interval of each metric.

    Args:
        formatter: The task's hooks.
        task: What the task says of itself.
        predictions: A parsed answer for each row, None included.
        references: For each row, its parsed references.
        resamples: How many times the rows are drawn anew.
        confidence: Share of the resampled scores that lie within.
        seed: Decides, with the number of rows alone, what is drawn.

    Returns:
        Lower and upper end by metric.

    Raises:
        ValueError: There are no rows or no resamples, not as many predictions as references, or a confidence
            that is no share.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not at {confidence}")
    drawn = resampled_scores(formatter, task, predictions, references, resamples=resamples, seed=seed)
    ends = [(1 - confidence) / 2, (1 + confidence) / 2]
    quantiles = {name: np.quantile(values, ends) for name, values in drawn.items()}
    return {name: (float(low), float(high)) for name, (low, high) in quantiles.items()}


def resampled_scores(
    formatter: Formatter,
    task: TaskInfo,
    predictions: Sequence[Any],
    references: Sequence[Sequence[Any]],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, NDArray[np.float64]]:
    """Each metric on the same resamples of the rows.

    Two systems' answers to the same rows, scored with one seed, are drawn in pairs: the differences of what
    comes out are Koehn's paired bootstrap.

    Args:
        formatter: The task's hooks.
        task: What the task says of itself.
        predictions: A parsed answer for each row, None included.
        references: For each row, its parsed references.
        resamples: How many times the rows are drawn anew.
        seed: Decides, with the number of rows alone, what is drawn.

    Returns:
        By metric, its values (R,).

    Raises:
        ValueError: There are no rows or no resamples, or not as many predictions as references.
    """
    if resamples < 1:
        raise ValueError(f"there must be at least one resample, not {resamples}")
    scored = _Scored(formatter, predictions, references)
    score = scored.weighted(task)
    drawn = [score(weights) for weights in _draws(len(predictions), resamples, seed)]
    return {each.name: np.array([metrics[each.name] for metrics in drawn]) for each in task.metrics}


def _draws(rows: int, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """How often each row stands in each resample: weights (N,)."""
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(generator.integers(rows, size=rows), minlength=rows)


@dataclass(frozen=True)
class _Scored:
    """Answers with what they are compared to, and the hooks that compare them."""

    formatter: Formatter
    predictions: Sequence[Any]
    references: Sequence[Sequence[Any]]

    def __post_init__(self) -> None:
        given, wanted = len(self.predictions), len(self.references)
        if given != wanted:
            raise ValueError(f"{given} predictions for {wanted} references")
        if not given:
            raise ValueError("there is nothing to score")

    def row(self, index: int) -> Mapping[str, float]:
        """The metrics of one row alone."""
        prediction, references, options = (
            self.predictions[index],
            self.references[index],
            self.formatter.options,
        )
        hook = self.formatter.manager.hook
        own = hook.score_row(prediction=prediction, references=references, options=options)
        return self._score([index]) if own is None else own

    def weighted(self, task: TaskInfo) -> Weighted:
        """All metrics of the task, each in the cheapest way that it allows."""
        means = [each.name for each in task.metrics if each.mean_of_rows]
        ways = [self._means(means)] if means else []
        if len(means) < len(task.metrics):
            ways.append(self._own_weighted() or self._repeated)
        return lambda weights: {name: value for way in ways for name, value in way(weights).items()}

    def _means(self, names: Sequence[str]) -> Weighted:
        rows = [self.row(index) for index in range(len(self.predictions))]
        values = np.array([[row[name] for row in rows] for name in names])  # (M, N)
        return lambda weights: dict(zip(names, values @ weights / weights.sum(), strict=True))

    def _own_weighted(self) -> Weighted | None:
        weighted: Weighted | None = self.formatter.manager.hook.weighted_score(
            predictions=self.predictions, references=self.references, options=self.formatter.options
        )
        return weighted

    def _repeated(self, weights: NDArray[Any]) -> Mapping[str, float]:
        return self._score(np.repeat(np.arange(len(weights)), weights))

    def _score(self, indices: Iterable[int]) -> Mapping[str, float]:
        chosen = list(indices)
        metrics: Mapping[str, float] = self.formatter.manager.hook.score(
            predictions=[self.predictions[index] for index in chosen],
            references=[self.references[index] for index in chosen],
            options=self.formatter.options,
        )
        return metrics
