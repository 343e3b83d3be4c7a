"""Memory stays as it is however many rows there are: measured in processes of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.program import run_python

WORDS = "an old house by the river and a film that was far too loud for the small town " * 12
# Address space and resident size count memory-mapped files; private memory is what a process can't give back.
SCRIPT = """
import sys, threading, time
import numpy, pyarrow, pyarrow.parquet
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from support.prepared import prepared

known = ["<pad>", "</s>", "<unk>", *sorted(set(sys.argv[2].split()))]
words = {word: number for number, word in enumerate(known)}
model = Tokenizer(models.WordLevel(words, "<unk>"))
model.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
special = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
tokenizer = PreTrainedTokenizerFast(tokenizer_object=model, **special)

def private():
    fields = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(fields["RssAnon"].split()[0]) / 1024

start, peak, done = private(), 0.0, False
def watch():
    global peak
    while not done:
        peak = max(peak, private())
        time.sleep(0.005)
thread = threading.Thread(target=watch)
thread.start()
data = prepared("sentiment", sys.argv[1])
tokens = data.tokenised(tokenizer, 512, 8)
for index in range(0, len(tokens), 7):
    tokens[index]
done = True
thread.join()
print(len(data.training) + len(data.validation), peak - start)
"""


def grown(rows: Path) -> tuple[int, float]:
    """Rows that were read, and by how many MiB the process grew at most."""
    tests = Path(__file__).parents[1]
    ended = run_python("-c", SCRIPT, str(rows), WORDS, sites=[tests])
    assert ended.status == 0, ended.err
    count, growth = ended.out.split()
    return int(count), float(growth)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="private memory is read from /proc")
def test_a_file_seven_times_as_large_takes_hardly_more_memory(tmp_path: Path) -> None:
    growth, size = {}, {}
    for count in (6_000, 42_000):
        path = tmp_path / f"{count}.jsonl"
        with path.open("w") as stream:
            for number in range(count):
                stream.write(json.dumps({"text": f"{number} {WORDS}", "label": number % 2}) + "\n")
        size[count] = path.stat().st_size / 2**20
        rows, growth[count] = grown(path)
        assert rows == count
        print(f"\n{rows:,} rows, {size[count]:.0f} MiB: the process grew by {growth[count]:.0f} MiB")
    assert size[42_000] - size[6_000] > 30
    assert growth[42_000] - growth[6_000] < 9
