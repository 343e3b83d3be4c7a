"""Properties of a plugin of any kind: how it loads."""

from __future__ import annotations

from ftkit.testing.properties import conforms
from ftkit.testing.subject import Subject
from ftkit.testing.violations import CannotTry, Violation, demand

_MODULES = 400  # torch alone brings over a thousand, numpy less than half of this


@conforms()
def it_loads_in_a_process_of_its_own(subject: Subject) -> None:
    """Nothing printed or changed at import, hooks as their specs want them, a description that fits."""
    faults = subject.probe.faults
    if faults:
        raise Violation("; ".join(_told(each.problem, each.hook) for each in faults), faults[0].remedy)


def _told(problem: str, hook: str | None) -> str:
    return f"hook {hook} {problem}" if hook else problem


@conforms()
def importing_it_is_cheap(subject: Subject) -> None:
    """Commands that only ask for a description must not wait for heavy libraries."""
    count = subject.probe.modules
    if count is None:
        raise CannotTry("the plugin can't be loaded")
    demand(
        count <= _MODULES,
        f"importing it imports {count} modules, more than {_MODULES}",
        "import heavy libraries inside the hooks",
    )


@conforms()
def its_module_says_what_it_is(subject: Subject) -> None:
    """The first line of the docstring is what `ftkit list-plugins` shows."""
    demand(subject.record.summary, "it has no summary", "begin its module with a docstring of one line")
