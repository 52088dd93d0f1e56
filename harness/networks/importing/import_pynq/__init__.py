"""BNN-PYNQ's parameters of CNV-W1A1 (a folder of .bin files) to a Model; runs nothing."""

from __future__ import annotations

from harness.networks.importing.import_pynq.load import load, sniff

__all__ = ["load", "sniff"]
