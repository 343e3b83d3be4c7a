"""How a property says that a plugin lacks it, or that it can't be tried."""

from __future__ import annotations


class Violation(AssertionError):
    """The plugin lacks the property.

    Attributes:
        problem: What is wrong, a sentence without its full stop.
        remedy: What would be right.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem}; {remedy}" if remedy else problem)
        self.problem = problem
        self.remedy = remedy


class CannotTry(Exception):
    """The property is called for but can't be tried here, for lack of rows for instance."""


def demand(condition: object, problem: str, remedy: str = "") -> None:
    """Raise where a condition is not met.

    Raises:
        Violation: With the problem and its remedy.
    """
    if not condition:
        raise Violation(problem, remedy)
