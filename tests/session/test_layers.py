"""Times of layers: the median over repetitions, and nothing that cannot be of the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.records.layers import LAYERS_LIMIT, LayerInfo, LayerTime
from harness.records.measurement import Measurement, Status
from harness.session import sanity
from harness.session.judge import judge
from tests.helpers.sessions import Spool, context, gemm, sample, work

CONV = LayerInfo(name="c1", op="conv", scheme="w1a1", shape="4x4x8k3", macs=9216, weight_bytes=72)
POOL = LayerInfo(name="p1", op="maxpool", scheme="", shape="2x2x8", macs=0, weight_bytes=0)
VARIANTS = ["xnor_gemm_w1a1__avx2", ""]


def timed(*layer_ns: list[int], **changes: Any) -> dict[str, Any]:
    return {"layer_ns": layer_ns[0], "layer_variants": VARIANTS, **changes}


def judged(*repetitions: dict[str, Any], asked: bool = True) -> Measurement:
    """Judge one item whose repetitions bring these fields as well."""
    item = replace(gemm(), layers=asked)
    the_work = replace(work(item), layers=(CONV, POOL) if asked else ())
    spool = Spool()
    spool.item(item, *(sample(item, n, **more) for n, more in enumerate(repetitions)))
    return judge(context(None, the_work), the_work, spool.collected())[0]


def test_each_layer_has_the_median_of_its_times() -> None:
    row = judged(timed([900, 30]), timed([700, 10]), timed([800, 50]))
    assert row.status is Status.OK
    conv = LayerTime(
        name="c1",
        op="conv",
        scheme="w1a1",
        shape="4x4x8k3",
        macs=9216,
        variant="xnor_gemm_w1a1__avx2",
        ns=800.0,
    )
    pool = LayerTime(name="p1", op="maxpool", scheme="", shape="2x2x8", macs=0, variant="", ns=30.0)
    assert row.layers == (conv, pool)


def test_a_repetition_without_memory_for_them_is_left_out() -> None:
    row = judged(timed([900, 30]), {}, timed([700, 10]))
    assert row.layers is not None
    assert [layer.ns for layer in row.layers] == [800.0, 20.0]


@pytest.mark.parametrize("asked", [False, True])
def test_no_times_is_no_field(asked: bool) -> None:  # noqa: FBT001 - pytest hands it over
    row = judged({}, {}, {}, asked=asked)
    assert (row.status, row.layers) == (Status.OK, None)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (timed([900], layer_variants=[""]), "times of 1 layers came, 2 were asked for"),
        (timed([900, 1, 1], layer_variants=[""] * 3), "times of 3 layers came"),
        (timed([900, -1]), "layer_ns holds a value that cannot be"),
        (timed([900, sanity.LIMIT_NS + 1]), "layer_ns holds a value that cannot be"),
        (timed([900, 1.5]), "layer_ns holds a value that cannot be"),  # type: ignore[list-item]
        (timed([900, 30], layer_variants=["a"]), "layers and kernels do not pair"),
        (timed([900, 30], layer_variants=["a b", ""]), "no kernel's name"),
        (timed([900, 30], layer_variants=[1, ""]), "no kernel's name"),
        (timed([900, 30], layer_variants="ab"), "no kernel's name"),
        (timed([1] * (LAYERS_LIMIT + 1)), "at most 512 can be"),
        ({"layer_variants": VARIANTS}, "layers and kernels do not pair"),
    ],
)
def test_what_cannot_be_of_the_plan_makes_the_item_invalid(
    more: dict[str, Any], words: str
) -> None:
    row = judged(timed([900, 30]), more, timed([800, 30]))
    assert (row.status, row.reasons[0].rule, row.layers) == (Status.INVALID, "V25", None)
    assert words in row.reasons[0].words


def test_what_nobody_asked_for_is_not_believed() -> None:
    row = judged(timed([900, 30]), asked=False)
    assert (row.status, row.layers) == (Status.INVALID, None)


def test_a_wrong_output_has_no_layers() -> None:
    wrong = {"check_after": False, "check_detail": "want 1 got 2"}
    row = judged(timed([900, 30]), wrong)
    assert (row.status, row.layers) == (Status.INVALID, None)
