from __future__ import annotations

import hashlib

import pytest

from harness.errors import ConfigError, NetworkError
from harness.records.item import Protocol
from harness.runtimes import native
from tests.runtimes.examples import LAYER, Network, board, kernel, network_item


def test_a_kernel_becomes_its_job_keys_in_order() -> None:
    work = native.describe(kernel(), board(), None, Protocol())
    assert list(work.keys.items()) == [
        ("kind", "kernel"),
        ("op", "gemm"),
        ("scheme", "w1a1"),
        ("m", 8),
        ("n", 16),
        ("k", 32),
    ]
    assert work.macs_by_precision == {"w1a1": 8 * 16 * 32}
    assert work.precision_executed == "w1a1"
    assert work.blobs == ()


@pytest.mark.parametrize("name", ["avx2", "xnor_gemm_w1a1__avx2"])
def test_a_forced_variant_is_named_in_full(name: str) -> None:
    work = native.describe(kernel(variant=name), board(), None, Protocol())
    assert work.keys["variant"] == "xnor_gemm_w1a1__avx2"


def test_a_variant_the_board_cannot_run_is_refused() -> None:
    with pytest.raises(ConfigError, match="xnor_gemm_w1a1__ref, xnor_gemm_w1a1__avx2"):
        native.describe(kernel(variant="neon"), board(), None, Protocol())


def test_a_network_becomes_three_blobs() -> None:
    work = native.describe(network_item("native"), board(), Network(), Protocol())
    assert [blob.data for blob in work.blobs] == [b"plan", bytes(8), b"out!"]
    assert work.keys == {
        "kind": "network",
        "plan": hashlib.sha256(b"plan").hexdigest(),
        "input": hashlib.sha256(bytes(8)).hexdigest(),
        "expected": hashlib.sha256(b"out!").hexdigest(),
        "tolerance_ppm": 1000,
    }
    assert work.network_sha256 == "a" * 64
    assert work.macs_by_precision == {"fp32": 7}
    assert (work.check_kind, work.check_words) == ("onnx-reference", "espresso (967)")
    assert (work.weights, work.precision_executed) == ("trained", "fp32")
    assert (work.accuracy_metric, work.accuracy_value, work.accuracy_n) == (
        "top1_agreement",
        0.94,
        50,
    )


def test_layers_are_timed_when_asked_for_and_not_else() -> None:
    plain = native.describe(network_item("native"), board(), Network(), Protocol())
    assert ("layers" in plain.keys, plain.layers) == (False, ())
    timed = native.describe(network_item("native", layers=True), board(), Network(), Protocol())
    assert dict(timed.keys) == {**plain.keys, "layers": 1}
    assert timed.layers == (LAYER,)


def test_a_network_without_plan_is_refused() -> None:
    item = network_item("native")
    with pytest.raises(NetworkError, match="tiny was not prepared as a plan"):
        native.describe(item, board(), Network(plan=None), Protocol())
    with pytest.raises(NetworkError, match="tiny was not prepared"):
        native.describe(item, board(), None, Protocol())


def test_every_board_with_a_runner_has_it() -> None:
    assert native.available(board()) == ""
