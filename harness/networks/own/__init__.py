"""One's own networks: a file and its sidecar, as a network that a suite can name."""

from __future__ import annotations

from harness.networks.own.network import OwnNetwork

__all__ = ["OwnNetwork"]
