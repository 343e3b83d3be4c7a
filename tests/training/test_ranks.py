"""Two processes train as one would that accumulates both their batches (gloo, on the CPU)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from support import small
from support.program import environment

PROGRAM = Path(__file__).with_name("rank_program.py")


def trained(folder: Path, *launcher: str) -> dict[str, torch.Tensor]:
    """The weights that the program leaves; the first process writes them."""
    command = [sys.executable, *launcher, str(PROGRAM), str(small.checkpoint("t5")), str(folder / "weights")]
    ended = subprocess.run(
        command,
        env=environment(OMP_NUM_THREADS="1"),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return load_file(folder / "weights")


@pytest.mark.slow
def test_two_ranks_with_batches_of_unequal_targets_give_the_gradient_of_the_whole(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    torchrun = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    alone, together = trained(tmp_path / "one"), trained(tmp_path / "two", *torchrun)
    for name, tensor in alone.items():
        torch.testing.assert_close(together[name], tensor, rtol=0, atol=1e-6)
