"""How many threads a training computes in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread_if(*, tiny: bool) -> Iterator[None]:
    """Let a tiny model compute in one thread.

    It gains nothing from more, and on a machine whose cores are busy their waiting for one another made a
    step 14 times as long.
    """
    import torch  # noqa: PLC0415 - seconds, paid by who trains

    before = torch.get_num_threads()
    torch.set_num_threads(1 if tiny else before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
