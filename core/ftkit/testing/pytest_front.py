"""The kit as a test of an author's own: one line gives a test for each property."""

from __future__ import annotations

from collections.abc import Callable

from ftkit.registry.catalogue import PluginRecord
from ftkit.testing.properties import Property
from ftkit.testing.running import NOT_CALLED_FOR, PASSED, Trial
from ftkit.testing.subject import Given, Rows


def conformance_tests(
    plugin: str | PluginRecord,
    *,
    rows: Rows = (),
    checkpoint: str | None = None,
    trains: str | None = None,
) -> Callable[..., None]:
    """A pytest function with one test for each property of the plugin's kind.

    A property that the plugin's description doesn't call for is skipped with the reason; one that is called
    for and can't be tried, for lack of rows for instance, fails.

    Args:
        plugin: An installed plugin, by name (`NAME`, `KIND:NAME`, `DISTRIBUTION:NAME`) or as
            `ftkit.list_plugins` gives it.
        rows: As for `check_task`.
        checkpoint: As for `check_backbone`.
        trains: As for `check_method`.

    Returns:
        A test, to be given a name that pytest collects: `test_mine = conformance_tests("mine")`.

    Raises:
        PluginError: The name finds no plugin.
    """
    import pytest  # noqa: PLC0415 - no dependency of ftkit's

    trial = Trial(plugin, None, Given(rows, checkpoint, trains))

    @pytest.mark.parametrize("conforms", trial.properties, ids=[each.name for each in trial.properties])
    def test_conformance(conforms: Property) -> None:
        outcome = trial.attempt(conforms)
        if outcome.status == NOT_CALLED_FOR:
            pytest.skip(outcome.reason)
        if outcome.status != PASSED:
            pytest.fail(outcome.message, pytrace=False)

    return test_conformance
