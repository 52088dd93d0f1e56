"""A bridge in words."""

from __future__ import annotations

from harness.records.bridge import Level
from harness.report.bridges import told, used
from harness.report.rows import shown
from tests.helpers import measurements as made
from tests.report.joules import NET, a_bridge, in_scope, row


def test_levels_ratio_and_line() -> None:
    levels = (
        Level(load="idle", own_w=5, u_own_w=0.02, meter_w=7.25, u_meter_w=0.1),
        Level(load="gemm fp32 all", own_w=14, u_own_w=0.04, meter_w=18.5, u_meter_w=0.1),
    )
    assert told(a_bridge("orin", levels=levels)).split("\n") == [
        "orin: meter:shelly (wall) by ina3221:VDD_IN (module), mode default",
        "load                   sensor           meter",
        "idle            5.00 W +-0.02   7.25 W +-0.10",
        "gemm fp32 all  14.00 W +-0.04  18.50 W +-0.10",
        "net: a watt of module is 1.250 W of wall +-7.2% (k = 2; noise and spread alone +-0.8%)",
        "gross: 1.00 W + 1.250 x the sensor's, from 5.0 to 14.0 W",
    ]


def test_a_line_that_was_refused_says_why() -> None:
    text = told(a_bridge("orin", line=None, line_refused="only 2 levels of load"))
    assert text.endswith("gross: not bridged: only 2 levels of load")


def test_a_page_names_the_bridges_that_it_used() -> None:
    run = made.a_run([row("orin", in_scope("module")), row("nuc", in_scope("wall"))], [NET])
    (fact,) = used(shown([run], [a_bridge("orin"), a_bridge("other")]))
    assert fact.name == "orin to wall"
    assert fact.value.startswith("net: a watt of module is 1.250 W of wall +-7.2%")
    assert fact.value.endswith("ina3221:VDD_IN against meter:shelly on 2026-11-22, run r1")
    assert used(shown([run])) == ()


def test_a_foreign_name_stays_harmless() -> None:
    assert told(a_bridge("o\x1b[31m")).replace("\n", "").isprintable()
