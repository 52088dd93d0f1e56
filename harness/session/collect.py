"""Frames of one worker -> what each item has proven: only what a verified item_end covers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from harness.session.sanity import fault
from harness.transport.frames import Frame

Payload = dict[str, Any]
DATA_KINDS = ("sample", "energy")


@dataclass
class ItemFrames:
    """Frames of one item: `open` ones wait for the next item_end that covers them."""

    frames: list[Payload] = field(default_factory=list)
    proven: int = 0
    closing: Payload | None = None
    broken: str = ""
    fault: str = ""  # a frame whose values cannot be: nothing of the item is believed
    digest: Any = field(default_factory=hashlib.sha256)

    @property
    def samples(self) -> list[Payload]:
        """Proven sample frames in the order of their repetitions."""
        return [f for f in self.frames[: self.proven] if f["kind"] == "sample"]

    @property
    def windows(self) -> list[Payload]:
        """Proven energy frames."""
        return [f for f in self.frames[: self.proven] if f["kind"] == "energy"]


@dataclass
class Collector:
    """Sorts a worker's frames; `feed` never raises on content, a broken close is kept as words."""

    items: dict[str, ItemFrames] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    idle: list[Payload] = field(default_factory=list)

    def feed(self, frame: Frame) -> None:
        """Take in one frame; kinds this version does not know are passed over."""
        payload = frame.payload
        kind = payload.get("kind")
        if kind == "peak" and not fault(payload):
            self.peaks[str(payload["unit"])] = float(payload["ops_per_s"])
        elif kind == "idle" and not fault(payload):
            self.idle.append(payload)
        elif kind in DATA_KINDS:
            item = self._item(payload)
            item.frames.append(payload)
            item.fault = item.fault or fault(payload)
            item.digest.update(frame.raw + b"\n")
        elif kind == "item_end":
            _close(self._item(payload), payload)

    def _item(self, payload: Payload) -> ItemFrames:
        return self.items.setdefault(str(payload.get("item", "")), ItemFrames())


def _close(item: ItemFrames, payload: Payload) -> None:
    if payload.get("count") != len(item.frames):
        item.broken = f"item_end counts {payload.get('count')}, {len(item.frames)} frames came"
        return
    if payload.get("sha256") != item.digest.hexdigest():
        item.broken = "item_end digest does not match its frames"
        return
    item.proven = len(item.frames)
    item.closing = payload
