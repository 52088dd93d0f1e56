"""ONNX bytes to a Model: fp32 graphs, quantised ones in QDQ form, and QONNX; runs nothing."""

from __future__ import annotations

from harness.networks.importing.import_onnx.reader import import_onnx

__all__ = ["import_onnx"]
