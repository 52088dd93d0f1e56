"""Names of rows on a page, and the order of schemes."""

from __future__ import annotations

import dataclasses

from harness.report.rows import run_tags, scheme_order, shown, unique
from tests.helpers import measurements as made

ITEM = made.an_item()


def test_boards_of_several_runs_are_told_apart() -> None:
    run = made.a_run([made.a_measurement()], [ITEM])
    other = dataclasses.replace(run, facts=dataclasses.replace(run.facts, run="f" * 32))
    assert [r.board for r in shown([run])] == ["pi5-a"]
    assert [r.board for r in shown([run, other])] == ["pi5-a (A)", "pi5-a (B)"]
    assert run_tags([run]) == {run.id: ""}


def test_label_leaves_out_the_ordinary() -> None:
    plain, special = shown(
        [
            made.a_run(
                [
                    made.a_measurement(ITEM),
                    made.a_measurement(made.an_item(batch=8, device="gpu", mode="15W")),
                ],
                [ITEM, made.an_item(batch=8, device="gpu", mode="15W")],
            )
        ]
    )
    assert plain.label == "gemm w1a1 512x512x512 native 1 core"
    assert special.label == "gemm w1a1 512x512x512 native gpu 1 core batch 8 mode 15W"


def test_scheme_order() -> None:
    wanted = ["fp32", "bf16", "fp16", "w8a8", "pot4a8", "w2a8", "terna8", "w4a4", "w2a2"]
    wanted += ["terna1", "w1a1", "bits"]
    assert sorted(set(wanted), key=scheme_order)[:4] == wanted[:4]
    assert sorted(wanted, key=scheme_order)[-3:] == ["terna1", "w1a1", "bits"]


def test_unique_keeps_the_first_order() -> None:
    assert unique(["b", "a", "b"]) == ("b", "a")
