"""Frames of one worker -> what each item has proven: only what a verified item_end covers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    digest: Any = field(default_factory=hashlib.sha256)

    @property
    def samples(self) -> list[Payload]:
        """Proven sample frames in the order of their repetitions."""
        return [f for f in self.frames[: self.proven] if f["kind"] == "sample"]

    @property
    def windows(self) -> list[Payload]:
        """Proven energy frames."""
        return [f for f in self.frames[: self.proven] if f["kind"] == "energy"]

    @property
    def is_final(self) -> bool:
        """Whether the board closed this item for good."""
        return self.closing is not None and bool(self.closing.get("final"))


@dataclass
class Collector:
    """Sorts a worker's frames; `feed` never raises on content, a broken close is kept as words."""

    items: dict[str, ItemFrames] = field(default_factory=dict)
    hello: Payload | None = None
    end: Payload | None = None
    peaks: dict[str, float] = field(default_factory=dict)
    idle: list[Payload] = field(default_factory=list)
    next_seq: int = 0

    def feed(self, frame: Frame) -> None:
        """Take in one frame."""
        self.next_seq = frame.seq + 1
        payload = frame.payload
        kind = payload.get("kind")
        if kind == "hello":
            self.hello = payload
        elif kind == "peak":
            self.peaks[str(payload["unit"])] = float(payload["ops_per_s"])
        elif kind == "idle":
            self.idle.append(payload)
        elif kind == "end":
            self.end = payload
        elif kind in DATA_KINDS:
            item = self._item(payload)
            item.frames.append(payload)
            item.digest.update(frame.raw + b"\n")
        elif kind == "item_end":
            _close(self._item(payload), payload)

    def _item(self, payload: Payload) -> ItemFrames:
        return self.items.setdefault(str(payload["item"]), ItemFrames())


def _close(item: ItemFrames, payload: Payload) -> None:
    if payload.get("count") != len(item.frames):
        item.broken = f"item_end counts {payload.get('count')}, {len(item.frames)} frames came"
        return
    if payload.get("sha256") != item.digest.hexdigest():
        item.broken = "item_end digest does not match its frames"
        return
    item.proven = len(item.frames)
    item.closing = payload
