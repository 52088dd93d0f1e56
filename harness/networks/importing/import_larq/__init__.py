"""Larq Zoo's weights of its Bi-Real net (.h5) to a Model; no other layout is read."""

from __future__ import annotations

from harness.networks.importing.import_larq.load import load, sniff

__all__ = ["load", "sniff"]
