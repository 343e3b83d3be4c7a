"""In which order and where the cells run: one after the other, several at a time, or on a Ray cluster."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from ftkit.comparing.folder import Outcome
from ftkit.comparing.process import CellJob, Stopped
from ftkit.errors import RunError
from ftkit.threads import usable_cores

Ended = Callable[[str, Outcome], None]
"""Is told the name of each cell that has ended, and what came of it."""


class Scheduler(Protocol):
    """Runs cells."""

    @property
    def threads(self) -> int:
        """How many threads each cell may compute in."""

    def run(self, jobs: Mapping[str, CellJob], ended: Ended) -> None:
        """Run every job, and say of each that it has ended; stopped by whatever is raised meanwhile."""


@dataclass(frozen=True)
class Local:
    """Processes of this machine.

    Attributes:
        at_a_time: How many run side by side.
    """

    at_a_time: int = 1

    @property
    def threads(self) -> int:
        """An even share of the cores, or what the environment says."""
        wanted = os.environ.get("OMP_NUM_THREADS", "")
        return int(wanted) if wanted.isdecimal() else max(1, usable_cores() // self.at_a_time)

    def run(self, jobs: Mapping[str, CellJob], ended: Ended) -> None:
        """Start them in their order."""
        stop = threading.Event()

        def work(job: CellJob) -> Outcome:
            if stop.is_set():
                raise Stopped
            return job.run(stop)

        with ThreadPoolExecutor(max_workers=self.at_a_time) as pool:
            futures = {pool.submit(work, job): name for name, job in jobs.items()}
            try:
                for future in as_completed(futures):
                    ended(futures[future], future.result())
            except BaseException:
                stop.set()  # the cells save what they have done, and the pool waits for them
                raise


@dataclass(frozen=True)
class OnRay:
    """The workers of a Ray cluster, whose machines see the comparison's folder under the same path.

    Attributes:
        address: Of the cluster, as `ray.init` takes it: `auto` finds the one that runs on this machine,
            `local` starts one in this process.
        workers: How many workers such a local one has.
    """

    address: str
    workers: int = 1

    @property
    def threads(self) -> int:
        """One, as the CPU that Ray counts for a task."""
        return 1

    def run(self, jobs: Mapping[str, CellJob], ended: Ended) -> None:
        """Hand out the cells; Ray starts each where there is a free worker.

        Raises:
            RunError: Ray isn't installed, or there is no such cluster.
        """
        with self._connected() as ray:
            gpus = 1 if ray.cluster_resources().get("GPU") else 0
            task = ray.remote(num_cpus=self.threads, num_gpus=gpus, max_retries=0)(CellJob.run)
            waiting = {task.remote(job): name for name, job in jobs.items()}
            while waiting:
                [done], _ = ray.wait(list(waiting), num_returns=1)
                ended(waiting.pop(done), ray.get(done))

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        try:
            import ray  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise RunError("--ray needs Ray: pip install 'ftkit[ray]'") from error
        own = not ray.is_initialized()
        if own:
            size = {"num_cpus": self.workers} if self.address == "local" else {}
            try:
                ray.init(address=self.address, log_to_driver=False, logging_level="error", **size)
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise RunError(f"--ray {self.address}: there is no such cluster: {error}") from error
        try:
            yield ray
        finally:
            if own:
                ray.shutdown()  # ends what still runs there
