"""Frames of one worker -> what each item has proven: only what a verified item_end covers."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from harness.records.limits import ReadLevel
from harness.session.pace import Pace
from harness.session.sanity import fault
from harness.transport.frames import Frame

Payload = dict[str, Any]
DATA_KINDS = ("sample", "energy", "long")
# what a timed process left: of a repetition, or of a long run
TIMED_KINDS = ("sample", "long")
# of the board, not of an item: nothing proves them but their own line
BOARD_KINDS = ("peak", "read", "idle", "step", "sampling_cost", "hello", "state")
# of frames in memory; a publishable run of two hundred items is a tenth of it
LIMIT_BYTES = 64 << 20
UNITS_LIMIT = 64


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
        """Proven frames of repetitions in order, or of the long run; none where one cannot be."""
        return self._proven(*TIMED_KINDS)

    @property
    def windows(self) -> list[Payload]:
        """Proven energy frames; none where a frame of the item cannot be."""
        return self._proven("energy")

    def _proven(self, *kinds: str) -> list[Payload]:
        proven = [] if self.fault else self.frames[: self.proven]
        return [f for f in proven if f["kind"] in kinds]


@dataclass
class Collector:
    """Sorts a worker's frames; `feed` never raises on content, a broken close is kept as words."""

    items: dict[str, ItemFrames] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    reads: dict[str, float] = field(default_factory=dict)  # level -> bytes/s
    levels: dict[str, ReadLevel] = field(default_factory=dict)  # only those of known size
    idle: list[Payload] = field(default_factory=list)
    steps: list[Payload] = field(default_factory=list)  # windows under load, one a sensor
    sampling_cost: Payload | None = None
    hello: Payload | None = None  # of the worker, on the board as it was then
    state: Payload | None = None  # both ends of the peak loops, before the first item
    pace: Pace | None = None  # of a worker that was started and followed live
    kept_bytes: int = 0

    def feed(self, frame: Frame) -> None:
        """Take in one frame; kinds this version does not know are passed over."""
        payload = frame.payload
        kind = payload.get("kind")
        if kind not in {*DATA_KINDS, *BOARD_KINDS, "item_end"}:
            return
        self.kept_bytes += len(frame.raw)
        if self.kept_bytes > LIMIT_BYTES:
            self._overflow(payload)
        elif kind == "peak" and not fault(payload) and len(self.peaks) < UNITS_LIMIT:
            self.peaks[payload["unit"]] = float(payload["ops_per_s"])
        elif kind == "read" and not fault(payload):
            guess = "" if payload["cache_bytes"] or payload["level"] == "dram" else "~"
            rate = float(payload["bytes_per_s"])
            self.reads[guess + payload["level"].upper()] = rate
            if not guess:
                size = 0 if payload["level"] == "dram" else int(payload["cache_bytes"])
                self.levels[payload["level"]] = ReadLevel(cache_bytes=size, bytes_per_s=rate)
        elif kind == "idle" and not fault(payload):
            self.idle.append(payload)
        elif kind == "step" and not fault(payload):
            self.steps.append(payload)
        elif kind == "sampling_cost" and not fault(payload):
            self.sampling_cost = payload
        elif kind == "hello":
            self.hello = self.hello or payload
        elif kind == "state" and not fault(payload):
            self.state = payload
        elif kind in DATA_KINDS:
            item = self._item(payload)
            item.frames.append(payload)
            item.fault = item.fault or fault(payload)
            if self.pace is not None and not item.fault and payload.get("clocks_after"):
                self.pace.arrived(payload["clocks_after"][0], time.monotonic())
            item.digest.update(frame.raw + b"\n")
        elif kind == "item_end":
            _close(self._item(payload), payload)

    def _item(self, payload: Payload) -> ItemFrames:
        return self.items.setdefault(_name(payload), ItemFrames())

    def _overflow(self, payload: Payload) -> None:
        """Keep nothing more; what is closed before stays, an item that goes on is not believed."""
        item = self.items.get(_name(payload))
        if item is not None and payload.get("kind") in DATA_KINDS:
            item.fault = item.fault or f"the board sent more than {LIMIT_BYTES >> 20} MiB of frames"


def _name(payload: Payload) -> str:
    name = payload.get("item")
    return name if isinstance(name, str) else ""


def _close(item: ItemFrames, payload: Payload) -> None:
    words = fault(payload)
    if words:
        item.broken = words
        return
    if payload.get("count") != len(item.frames):
        item.broken = f"item_end counts {payload.get('count')}, {len(item.frames)} frames came"
        return
    if payload.get("sha256") != item.digest.hexdigest():
        item.broken = "item_end digest does not match its frames"
        return
    item.proven = len(item.frames)
    item.closing = payload
