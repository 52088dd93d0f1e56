"""What an item's hash depends on, and how items are called."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from harness.records.item import Blob, Item, Plan, Planned, Protocol
from tests.helpers.measurements import an_item

CHANGES = {
    "kind": "network",
    "workload": "conv",
    "scheme": "w8a8",
    "shape": "1x1x1",
    "runtime": "ncnn",
    "device": "gpu",
    "threads": 2,
    "cores": "all",
    "batch": 8,
    "inflight": 2,
    "scenario": "throughput",
    "weights": "seeded",
    "seed_policy": "fixed",
    "mode": "15W",
    "variant": "xnor_gemm_w1a1__ref",
}


def test_the_hash_is_pinned() -> None:
    # a change here makes every stored run incomparable with new ones: bump PROTOCOL on purpose
    assert an_item().item_id == "85c7f6dc34e2f9e2eff9d2d1"


@pytest.mark.parametrize("field", CHANGES)
def test_every_defining_field_changes_the_hash(field: str) -> None:
    changed = dataclasses.replace(an_item(), **{field: CHANGES[field]})  # type: ignore[arg-type]
    assert changed.item_id != an_item().item_id


def test_every_field_is_defining_but_what_is_asked_for_beside_the_time() -> None:
    fields = {f.name for f in dataclasses.fields(Item)}
    assert fields - set(CHANGES) == {"energy", "layers"}
    assert an_item(energy=True, layers=True).item_id == an_item().item_id


def test_label() -> None:
    assert an_item().label == "gemm w1a1 512x512x512"
    net = an_item(kind="network", workload="squeezenet1_1", scheme="w8a8")
    assert net.label == "squeezenet1_1 w8a8"
    assert an_item(variant="ref").label.endswith("[ref]")


def test_plan_of_a_board_keeps_the_order() -> None:
    planned = tuple(Planned(board=b, item=an_item(batch=i)) for i, b in enumerate("abab"))
    plan = Plan(suite="s", protocol=Protocol(), seed=1, items=planned)
    assert plan.of("a") == (planned[0], planned[2])
    assert plan.of("c") == ()


def test_blobs_are_named_by_content() -> None:
    assert Blob.of(b"x").sha256 == hashlib.sha256(b"x").hexdigest()
