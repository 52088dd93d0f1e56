"""Larq Compute Engine's .tflite files to a Model; quantised TFLite is refused, nothing is run."""

from __future__ import annotations

from harness.networks.importing.import_lce.load import load, sniff

__all__ = ["load", "sniff"]
