"""Properties of a plugin of any kind: what is left once its hooks have worked as in a run."""

from __future__ import annotations

import json
import random
import sys

from ftkit.descriptions import to_json
from ftkit.kinds import KINDS
from ftkit.registry.registration import call_hook
from ftkit.testing.properties import conforms
from ftkit.testing.subject import Subject
from ftkit.testing.violations import demand


@conforms("describe")
def its_description_is_the_same_at_every_call(subject: Subject) -> None:
    """Also once its hooks have worked."""
    subject.exercise()
    again = call_hook(subject.loaded.implementation, KINDS[subject.record.kind].describe)
    same = json.dumps(to_json(again)) == json.dumps(to_json(subject.info))
    demand(same, "it describes itself in another way later", "return the same description at every call")


@conforms(undisturbed=True)
def its_hooks_leave_the_process_as_it_was(subject: Subject) -> None:
    """What is printed, changed or replaced while the hooks work is found by the guard round this check."""
    subject.exercise()  # once with everything that is imported on the way, as in a run
    before = _settings()
    subject.exercise()
    changed = [name for name, value in _settings().items() if value != before.get(name, value)]
    demand(not changed, f"its hooks change {', '.join(changed)}", "leave the settings of a run to the run")


def _settings() -> dict[str, object]:
    """Settings of libraries that belong to the run; those that nobody imported have none."""
    found: dict[str, object] = {}
    torch = sys.modules.get("torch")
    if torch is not None:
        found["torch's default dtype"] = torch.get_default_dtype()
        found["torch's gradient mode"] = torch.is_grad_enabled()
        found["torch's number of threads"] = torch.get_num_threads()
        found["torch's deterministic algorithms"] = torch.are_deterministic_algorithms_enabled()
    transformers = sys.modules.get("transformers")
    if transformers is not None:
        found["transformers' verbosity"] = transformers.logging.get_verbosity()
    return found


@conforms()
def its_hooks_seed_nothing(subject: Subject) -> None:
    """Drawing random numbers is fine; a state that no longer depends on the run's own seed is not."""
    ends = []
    for seed in (1, 2):
        _seed(seed)
        subject.exercise()
        ends.append(_random_states())
    seeded = [name for name, state in ends[0].items() if state == ends[1].get(name)]
    demand(
        not seeded,
        f"its hooks seed {', '.join(seeded)} for the whole process",
        "draw from a generator of your own, or from the run's",
    )


def _seed(seed: int) -> None:
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _random_states() -> dict[str, object]:
    states: dict[str, object] = {"random": random.getstate()}
    if "numpy" in sys.modules:
        states["numpy.random"] = sys.modules["numpy"].random.get_state()[1].tobytes()
    if "torch" in sys.modules:
        states["torch"] = sys.modules["torch"].get_rng_state().numpy().tobytes()
    return states


@conforms(when=lambda subject: subject.info.options, otherwise="it declares no options")
def every_declared_option_is_read(subject: Subject) -> None:
    """An option that no hook reads would be accepted and do nothing."""
    subject.read.clear()
    subject.exercise()
    unread = [option.name for option in subject.info.options if option.name not in subject.read]
    demand(not unread, f"no hook reads the option {', '.join(unread)}", "use it, or don't declare it")
