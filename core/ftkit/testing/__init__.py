"""The conformance kit: the properties that every plugin must have, tried one by one.

    # tests/test_mine.py
    from ftkit.testing import conformance_tests

    test_mine = conformance_tests("task:mine")

Each property is then a test with a name of its own. `check_task` and its like try all of them without pytest;
`ftkit check-plugins NAME --conformance` does so from the command line.

    properties      what a property is, and which ones a kind of plugin has
    subject         the plugin under test; …_subject for what its kind adds
    every_kind      properties of any plugin, and in_use; the other modules hold those of one kind
    tiny            a backbone, a method and a task to pair with a plugin
    running         a plugin's properties tried, and counted
    pytest_front    the same as tests
"""

from __future__ import annotations

from ftkit.testing.pytest_front import conformance_tests
from ftkit.testing.running import (
    Conformance,
    Outcome,
    check_backbone,
    check_extension,
    check_method,
    check_task,
)

__all__ = [
    "Conformance",
    "Outcome",
    "check_backbone",
    "check_extension",
    "check_method",
    "check_task",
    "conformance_tests",
]
