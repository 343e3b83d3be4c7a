"""The built-in plugins, and the kit's own tiny ones, pass the kit: each property of each is a test."""

from __future__ import annotations

from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.distributions import DistributionMetadata
from ftkit.testing import conformance_tests
from ftkit.testing.tiny.task import ROWS

# Of PEFT's updates and of the adapters library's layers; every parameter there is.
LORA, ADAPTER, EVERYTHING = r"\.lora_[AB]\.", r"\.adapters\.ftkit\.", ""


def own(kind: str, name: str, target: str) -> PluginRecord:
    """A plugin of the kit itself, which no entry point names."""
    return PluginRecord(kind, name, (), f"ftkit.testing.tiny.{target}", DistributionMetadata("ftkit", "0"))


test_bart = conformance_tests("ftkit:backbone:bart")
test_flan_t5 = conformance_tests("ftkit:backbone:flan-t5")
test_t5 = conformance_tests("ftkit:backbone:t5")

test_adapter = conformance_tests("ftkit:method:adapter", trains=ADAPTER)
test_full = conformance_tests("ftkit:method:full", trains=EVERYTHING)
test_lora = conformance_tests("ftkit:method:lora", trains=LORA)

test_qa = conformance_tests("ftkit:task:qa")
test_sentiment = conformance_tests("ftkit:task:sentiment")
test_translation = conformance_tests("ftkit:task:translation")

test_tiny_t5 = conformance_tests(own("backbone", "tiny-t5", "backbone:T5"))
test_tiny_bart = conformance_tests(own("backbone", "tiny-bart", "backbone:BART"))
test_tiny_method = conformance_tests(own("method", "tiny", "method"))
test_tiny_task = conformance_tests(own("task", "tiny", "task"), rows=ROWS)
