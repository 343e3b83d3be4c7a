"""The plugin under test: its code, its description, and what its author gave to try it with."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, Sequence, ValuesView
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pluggy import PluginManager

from ftkit.errors import BrokenPlugin
from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.loading import LoadedPlugin, load_plugin
from ftkit.registry.probe import probe
from ftkit.registry.probe_report import Probe
from ftkit.registry.registration import Implementation, create_manager, implementations
from ftkit.testing.violations import CannotTry

Rows = str | Sequence[Mapping[str, Any]]

_TIMEOUT = 120.0  # seconds for a plugin's import in a process of its own


@dataclass(frozen=True)
class Given:
    """What an author gives where the plugin doesn't bring it.

    Attributes:
        rows: Rows for a task without sample, or a file of them that ftkit reads.
        checkpoint: Folder or hub id for a backbone without embedded checkpoint.
        trains: For a method, a pattern that the names of exactly the trained parameters contain.
    """

    rows: Rows = ()
    checkpoint: str | None = None
    trains: str | None = None


class Options(dict[str, Any]):
    """Values of a plugin's options that notes which of them its hooks read; a dict, as a run gives it."""

    def __init__(self, values: Mapping[str, Any], read: set[str]) -> None:
        super().__init__(values)
        self._read = read

    def __getitem__(self, name: str) -> Any:
        self._read.add(name)
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        # Only where this is a method of our own does Python copy through `__getitem__`.
        return super().__iter__()

    def get(self, name: str, default: Any = None) -> Any:
        """As of any mapping."""
        if name not in self:
            return default
        return self[name]

    def items(self) -> Any:
        """Likewise."""
        return ItemsView(self)

    def values(self) -> Any:
        """Likewise."""
        return ValuesView(self)


def _loaded(record: PluginRecord) -> LoadedPlugin | BrokenPlugin:
    try:
        return load_plugin(record)
    except BrokenPlugin as error:
        return error


class Subject:
    """One plugin under test; what is costly is made when a property first asks for it.

    It is loaded at once, under a guard of its own, which is not for use inside another.
    """

    def __init__(self, record: PluginRecord, given: Given) -> None:
        self.record = record
        self.given = given
        self.read: set[str] = set()
        self._loaded = _loaded(record)

    @property
    def loaded(self) -> LoadedPlugin:
        """The plugin, imported and checked.

        Raises:
            CannotTry: It can't be loaded, which `it_loads_in_a_process_of_its_own` reports.
        """
        if isinstance(self._loaded, BrokenPlugin):
            raise CannotTry(f"the plugin can't be loaded: {self._loaded}")
        return self._loaded

    @cached_property
    def probe(self) -> Probe:
        """What came of loading it in a process of its own."""
        return probe(self.record, _TIMEOUT)

    @property
    def info(self) -> Any:
        """What it says of itself."""
        return self.loaded.info

    @property
    def implementations(self) -> list[Implementation]:
        """Its hook implementations."""
        return implementations(self.loaded.implementation)

    def implements(self, hook: str) -> bool:
        """Whether it implements a hook."""
        return hook in {each.hook for each in self.implementations}

    def options(self, **changes: Any) -> Options:
        """A value for each of its options: the defaults, but for the changes."""
        defaults = {option.name: option.default for option in self.info.options}
        return Options(defaults | changes, self.read)

    def manager(self, **partners: object) -> PluginManager:
        """The hooks of a run with this plugin and partners of other kinds."""
        return create_manager({"subject": self.loaded.implementation, **partners})

    @cached_property
    def hook(self) -> Any:
        """The hooks of this plugin alone, to be called."""
        return self.manager().hook

    def around(self) -> AbstractContextManager[object]:
        """What every property is tried in."""
        return nullcontext()

    def exercise(self) -> None:
        """Call the plugin's hooks once, as a run does."""
