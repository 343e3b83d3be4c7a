"""What a task formatter says of itself, and what it makes of a row."""

from __future__ import annotations

from dataclasses import dataclass

from ftkit.descriptions.options import Option, demand, demand_unique_options
from ftkit.typed_data import demand_types


@dataclass(frozen=True)
class Column:
    """One field of a task's rows.

    Attributes:
        name: The field's name, such as `context`.
        help: One line.
        required: Whether a row without it is refused even for prediction.
    """

    name: str
    help: str
    required: bool = True

    def __post_init__(self) -> None:
        demand_types(self)


@dataclass(frozen=True)
class Metric:
    """One figure that a task's `score` gives.

    Attributes:
        name: Its key in what `score` returns.
        help: One line with the source of its definition.
        minimum: Smallest possible value.
        maximum: Largest possible value; None where there is no bound, as for perplexity.
        higher_is_better: Which end is the good one.
        mean_of_rows: Whether the value for many rows is the mean of the values for each row alone, as for
            accuracy but not for BLEU.
    """

    name: str
    help: str
    minimum: float = 0.0
    maximum: float | None = 1.0
    higher_is_better: bool = True
    mean_of_rows: bool = False

    def __post_init__(self) -> None:
        demand_types(self)


@dataclass(frozen=True)
class Sample:
    """Rows that come with a task, for runs without data: absolute paths of two files."""

    train: str
    validation: str

    def __post_init__(self) -> None:
        demand_types(self)


@dataclass(frozen=True)
class TaskInfo:
    """What a task formatter says of itself.

    Attributes:
        columns: Fields that the rows have.
        metrics: What `score` returns; the first one decides which checkpoint is best.
        max_output_tokens: Length at which generation stops, in tokens.
        labels: All targets there are, where the set is closed; empty where it is open.
        requires_features: Features that the backbone must have.
        sample: Rows for runs without data.
        rehearsed_first: Whether a rehearsal that names no task should take this one.
        citation: Where the task or its metric was published.
        options: Options of the task's hooks.
    """

    columns: tuple[Column, ...]
    metrics: tuple[Metric, ...]
    max_output_tokens: int
    labels: tuple[str, ...] = ()
    requires_features: tuple[str, ...] = ()
    sample: Sample | None = None
    rehearsed_first: bool = False
    citation: str = ""
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        demand_types(self)
        demand(bool(self.columns), "a task needs at least one column")
        demand(bool(self.metrics), "a task needs at least one metric")
        demand(self.max_output_tokens > 0, "max_output_tokens must be positive")
        demand_unique_options(self.options)

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the columns without which a row is refused."""
        return tuple(column.name for column in self.columns if column.required)


@dataclass(frozen=True)
class Example:
    """One row, formatted: what goes into the model and what should come out.

    Attributes:
        input: Text for the encoder.
        target: Text for the decoder; None where the row has no answer (prediction).
        references: All targets that count as right; the target alone where nothing else is given.
        window: Where in the input the text begins and ends (characters) that may be read in overlapping
            windows, each answered with the rest of the input round it, where the whole is too long; None
            where that makes no sense, so that the input is cut instead.
    """

    input: str
    target: str | None = None
    references: tuple[str, ...] = ()
    window: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not self._is_plain():
            demand_types(self)
        if self.window is not None:
            start, end = self.window
            demand(0 <= start <= end <= len(self.input), "the window must lie in the input")
        if self.target is not None and not self.references:
            object.__setattr__(self, "references", (self.target,))

    def _is_plain(self) -> bool:
        """Whether the types are right, as far as a look tells: `demand_types` is too slow for every row."""
        return (
            type(self.input) is str
            and (self.target is None or type(self.target) is str)
            and type(self.references) is tuple
            and set(map(type, self.references)) <= {str}
            and (self.window is None or (type(self.window), *map(type, self.window)) == (tuple, int, int))
        )
