"""Plans: expansion in order, drops counted, skips in words, dead values at their position."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import ConfigError
from harness.records.modes import PowerMode
from harness.records.shape import fits
from harness.suite.catalogue import SHAPE_SETS, NetworkInfo, RuntimeInfo
from harness.suite.plan import check, plan
from tests.suite.fixtures import CATALOGUE, FACTS, HELLO, SENSOR, board, suite

if TYPE_CHECKING:
    from harness.records.item import Plan

GEMM = "{ops: [gemm], schemes: [w1a1], shapes: [8x8x8]}"
NETS = (
    "{networks: [squeezenet1_1, binarized_resnet18], schemes: [fp32, w1a1],"
    " runtimes: [native, onnxruntime]}"
)


def labels(made: Plan) -> list[str]:
    return [p.item.label for p in made.items]


def skips(matrix: str, rest: str = "", **changes: object) -> list[str]:
    return [p.skip for p in plan(suite(matrix, rest), [board("pi5", **changes)], CATALOGUE).items]


def test_suite_order_and_drops_counted_once() -> None:
    made = plan(suite(f"{GEMM}\n{NETS}"), [board("a"), board("b")], CATALOGUE, seed=7)
    assert labels(made) == ["gemm w1a1 8x8x8", "squeezenet1_1 fp32", "binarized_resnet18 w1a1"] * 2
    assert [p.board for p in made.items] == ["a"] * 3 + ["b"] * 3
    assert (made.dropped, made.seed, made.suite) == (6, 7, "s")
    assert all(p.skip == "" for p in made.items)
    assert [p.item.weights for p in made.of("a")] == ["none", "trained", "seeded"]


def test_shape_sets_and_duplicates_meet() -> None:
    block = "{ops: [gemm], schemes: [w1a1], shapes: [resnet18, 784x128x1152]}"
    made = plan(suite(block), [board()], CATALOGUE)
    products = [shape for shape in SHAPE_SETS["resnet18"] if fits("gemm", shape)]
    assert [p.item.shape for p in made.items] == products
    assert made.dropped == 0  # shapes of a set that are another op's were never asked for


def test_a_set_gives_each_op_its_own_shapes() -> None:
    block = "{ops: [gemm, gemv, conv], schemes: [w1a1], shapes: [resnet18]}"
    kernels = dict.fromkeys(("gemm", "gemv", "conv"), ("w1a1",))
    made = plan(suite(block), [board()], replace(CATALOGUE, kernels=kernels))
    shapes: dict[str, list[str]] = {}
    for planned in made.items:
        shapes.setdefault(planned.item.workload, []).append(planned.item.shape)
    assert shapes["gemv"] == ["1000x512"]
    assert "56x56x64x128k3s2" in shapes["conv"]
    assert sum(len(found) for found in shapes.values()) == len(SHAPE_SETS["resnet18"])


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("99999x99999x1", "too large"),
        ("4096x4096", "no shape of gemm"),
        ("56x56x64x64k3", "no shape of gemm"),
    ],
)
def test_a_shape_that_no_op_can_take_is_named(shape: str, words: str) -> None:
    block = f"{{ops: [gemm], schemes: [w1a1], shapes: [{shape}]}}"
    with pytest.raises(ConfigError, match=words):
        plan(suite(block), [board()], CATALOGUE)


def test_cores_and_threads() -> None:
    net = "networks: [squeezenet1_1], schemes: [fp32], runtimes: [onnxruntime]"
    block = f"{{{net}, on: [1, all, 2, 9, 1@big]}}"
    facts = board(clusters={"little": (0, 1), "big": (2, 3)})
    items = plan(suite(block), [facts], CATALOGUE).items
    assert [(p.item.threads, p.item.cores) for p in items] == [
        (1, "1"),
        (4, "all"),
        (2, "2"),
        (9, "9"),
        (1, "1@big"),
    ]
    assert [bool(p.skip) for p in items] == [False, False, False, True, False]
    assert [facts.cpu_list(c) for c in ("1", "all", "2", "1@big", "all@little")] == [
        "3-3",
        "all",
        "2,3",
        "3-3",
        "0,1",
    ]


def test_a_kernel_has_threads_where_its_shape_has_parts() -> None:
    block = "{ops: [gemm], schemes: [w1a1], shapes: [8x8x8, 512x512x512], on: [1, all]}"
    words = "gemm 8x8x8 has no 4 parts for as many threads"
    assert skips(block) == ["", words, "", ""]
    assert skips(block, hello=replace(HELLO, cores=1)) == ["", "", "", ""]


def test_native_networks_have_as_many_threads_as_there_are_cores() -> None:
    block = "{networks: [binarized_resnet18], schemes: [w1a1], on: [1, all]}"
    assert skips(block) == ["", ""]


def test_clusters_that_are_not_there() -> None:
    block = "{ops: [gemm], schemes: [w1a1], shapes: [8x8x8], on: [1@big]}"
    assert "cores are alike" in skips(block)[0]
    assert "it has little" in skips(block, clusters={"little": (0,)})[0]


def test_modes_need_permission_and_ability() -> None:
    rest = "modes: [default, 15W]"
    assert skips(GEMM, rest)[0] == ""
    assert "tune: true" in skips(GEMM, rest)[1]
    tuned = replace(FACTS, entry=replace(FACTS.entry, tune=True))
    items = plan(suite(GEMM, rest), [tuned], CATALOGUE).items
    assert "neither nvpmodel nor cpufreq" in items[1].skip
    assert items[0].item.item_id != items[1].item.item_id
    able = replace(tuned, modes=(PowerMode(name="15W", id=1), PowerMode(name="MAXN", is_max=True)))
    assert plan(suite(GEMM, rest), [able], CATALOGUE).items[1].skip == ""
    assert plan(suite(GEMM, "modes: [max]"), [able], CATALOGUE).items[0].skip == ""
    other = plan(suite(GEMM, "modes: [10W]"), [able], CATALOGUE).items[0].skip
    assert other == "this board has no power mode '10W': it has 15W, MAXN"
    barred = replace(able, modes_barred="root only")
    assert "root only" in plan(suite(GEMM, rest), [barred], CATALOGUE).items[1].skip


def test_a_mode_that_takes_cores_off_line() -> None:
    hello = replace(HELLO, cores=6, core_mask="0x3f")
    off = PowerMode(name="10W", id=1, off=(4, 5))
    facts = replace(FACTS, hello=hello, modes=(off,), clusters={"little": (0, 1, 2), "big": (4, 5)})
    facts = replace(facts, entry=replace(facts.entry, tune=True))
    block = "{ops: [gemm], schemes: [w1a1], shapes: [96x96x96], on: [all, 6, 1@big]}"
    items = plan(suite(block, "modes: [default, 10W]"), [facts], CATALOGUE).items
    threads = {(p.item.mode, p.item.cores): (p.item.threads, p.skip) for p in items}
    assert threads["default", "all"] == (6, "")
    assert threads["10W", "all"] == (4, "")
    assert threads["10W", "6"][1] == "6 cores were asked for, there are 4 in mode 10W"
    assert threads["10W", "1@big"][1].startswith("this board has no cluster 'big' in mode 10W")
    inside = facts.within("10W")
    assert (inside.hello.core_mask, inside.cpu_list("1"), inside.cpu_list("all")) == (
        "0xf",
        "3-3",
        "all",
    )
    assert facts.within("default") is facts


def test_absent_runtime_device_and_scheme() -> None:
    net = "{networks: [squeezenet1_1], schemes: [fp32], runtimes: [onnxruntime]}"
    assert skips(net, runtimes={}, runtime_absent={"onnxruntime": "python3 has none"}) == [
        "python3 has none"
    ]
    assert skips(net, runtimes={}) == ["no onnxruntime was found on this board"]
    gpu = net.replace("}", ", devices: [cpu, gpu]}")
    assert skips(gpu) == ["", "the worker drives the CPU only"]
    assert skips("{ops: [gemm], schemes: [fp32], shapes: [8x8x8]}") == [
        "the board's runner has no variant of gemm fp32"
    ]


def test_half_floats_are_measured_where_the_cpu_has_them() -> None:
    net = "{networks: [halves], schemes: [fp16], runtimes: [native]}"
    halves = NetworkInfo(runtimes={"fp16": ("native",)}, shape="1x3x224x224")
    known = replace(CATALOGUE, networks={"halves": halves})

    def reason(*isas: str) -> str:
        names = tuple(f"float_gemm_fp16__{isa}" for isa in isas)
        hello = replace(HELLO, variants={"gemm_fp16": names})
        return plan(suite(net), [replace(FACTS, hello=hello)], known).items[0].skip

    assert reason("ref", "portable") == "this CPU has no instructions for half floats"
    assert reason("ref", "portable", "neon", "fp16") == ""


def test_implementations() -> None:
    block = "{ops: [gemm], schemes: [w1a1, w8a8], shapes: [8x8x8], implementations: %s}"
    made = plan(suite(block % "all"), [board()], CATALOGUE)
    assert [(p.item.variant, p.skip[:18]) for p in made.items] == [
        ("xnor_gemm_w1a1__portable", ""),
        ("xnor_gemm_w1a1__neon", ""),
        ("", "only the reference"),
    ]
    made = plan(suite(block % "[ref, avx2]"), [board()], CATALOGUE)
    assert [(p.item.variant, bool(p.skip)) for p in made.items] == [
        ("xnor_gemm_w1a1__ref", False),
        ("avx2", True),
        ("int8_gemm_w8a8__ref", False),
        ("avx2", True),
    ]


@pytest.mark.parametrize(
    ("energy", "expected"),
    [("networks", [False, True]), ("all", [True, True]), ("none", [False, False])],
)
def test_energy_only_where_a_sensor_is(energy: str, expected: list[bool]) -> None:
    net = "{networks: [binarized_resnet18], schemes: [w1a1]}"
    made = suite(f"{GEMM}\n{net}", f"energy: {energy}")
    items = plan(made, [board(sensors=(SENSOR,))], CATALOGUE).items
    assert [p.item.energy for p in items] == expected
    assert not any(p.item.energy for p in plan(made, [board()], CATALOGUE).items)


def test_layers_are_asked_of_our_runner_s_networks_only() -> None:
    matrix = """
  {networks: [binarized_resnet18], schemes: [w1a1]}
  {networks: [squeezenet1_1], schemes: [fp32], runtimes: [onnxruntime]}
  {ops: [gemm], schemes: [w1a1], shapes: [8x8x8]}"""
    made = plan(suite(matrix), [board()], CATALOGUE, layers=True)
    assert [(p.item.workload, p.item.layers) for p in made.items] == [
        ("binarized_resnet18", True),
        ("squeezenet1_1", False),
        ("gemm", False),
    ]
    assert not any(p.item.layers for p in plan(suite(matrix), [board()], CATALOGUE).items)


def test_keyword() -> None:
    made = plan(suite(f"{GEMM}\n{NETS}"), [board()], CATALOGUE, keyword="SQUEEZE")
    assert labels(made) == ["squeezenet1_1 fp32"]
    with pytest.raises(ConfigError, match="no item matches"):
        plan(suite(GEMM), [board()], CATALOGUE, keyword="zzz")


def test_check_finds_without_boards_what_plan_would() -> None:
    made = suite(f"{GEMM}\n{NETS}")
    check(made, CATALOGUE, profile="standard", keyword="SQUEEZE")
    with pytest.raises(ConfigError, match=r"^-k: no item matches 'zzz'"):
        check(made, CATALOGUE, keyword="zzz")
    with pytest.raises(ConfigError, match=r"^--profile: no profile 'fast'"):
        check(made, CATALOGUE, profile="fast")
    with pytest.raises(ConfigError, match="no kernel 'gem'"):
        check(suite(GEMM.replace("gemm", "gem")), CATALOGUE)


def test_check_leaves_names_of_variants_to_the_boards() -> None:
    made = suite(GEMM.replace("}", ", implementations: all}"))
    check(made, CATALOGUE, keyword="neon")
    assert plan(made, [board()], CATALOGUE, keyword="neon").items


def test_unreached_boards_have_rows() -> None:
    made = plan(suite(GEMM), [board()], CATALOGUE, unreached={"dead": "connection refused"})
    assert [(p.board, p.skip) for p in made.items] == [("pi5", ""), ("dead", "connection refused")]


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (
            "{ops: [gem], schemes: [w1a1], shapes: [8x8x8]}",
            "s.yaml:5:12: this version has no kernel 'gem'; did you mean 'gemm'?",
        ),
        (
            "{ops: [gemm], schemes: [w1a1, w4a4], shapes: [8x8x8]}",
            "s.yaml:5:35: 'w4a4' ends in no cell: gemm knows fp32, w1a1, w8a8",
        ),
        (
            "{ops: [gemm], schemes: [w1a1], shapes: [resnet50]}",
            "s.yaml:5:45: no set of shapes 'resnet50'; did you mean 'resnet18'?",
        ),
        (
            "{networks: [squeezenet], schemes: [fp32]}",
            "s.yaml:5:17: this version has no network 'squeezenet'; did you mean 'squeezenet1_1'?",
        ),
        (
            "{networks: [squeezenet1_1], schemes: [fp32], runtimes: [onnxruntime, ncnn]}",
            "this version has no runtime 'ncnn'; known here: native, onnxruntime",
        ),
        (
            "{networks: [squeezenet1_1], schemes: [fp32, w1a1], runtimes: [onnxruntime]}",
            "s.yaml:5:49: 'w1a1' ends in no cell: squeezenet1_1 knows fp32 by onnxruntime",
        ),
        (
            "{networks: [binarized_resnet18], schemes: [w1a1], batch: [1, 8]}",
            "s.yaml:5:66: '8' ends in no cell: binarized_resnet18 knows w1a1 by native",
        ),
    ],
)
def test_dead_values_are_errors_with_a_position(matrix: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(suite(matrix), [board()], CATALOGUE)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("matrix", "lines"),
    [
        (
            "{networks: [squeezenet], schemes: [fp32]}",
            [
                (
                    "s.yaml:5:17: this version has no network 'squeezenet';"
                    " did you mean 'squeezenet1_1'?"
                ),
            ],
        ),
        (
            "{networks: [binarized_resnet18], schemes: [fp32]}",
            [
                f"s.yaml:5:{column}: {value!r} ends in no cell: binarized_resnet18 knows w1a1 by"
                " native; without `runtimes:` a block is for native"
                for column, value in ((17, "binarized_resnet18"), (48, "fp32"))
            ],
        ),
        (
            "{networks: [squeezenet1_1], schemes: [fp32], runtimes: [native]}",
            [
                f"s.yaml:5:{column}: {value!r} ends in no cell: squeezenet1_1 knows fp32 by"
                " onnxruntime; squeezenet1_1 knows w8a8 by onnxruntime"
                for column, value in ((17, "squeezenet1_1"), (43, "fp32"), (61, "native"))
            ],
        ),
    ],
)
def test_only_what_was_written_is_blamed(matrix: str, lines: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(suite(matrix), [board()], CATALOGUE)
    assert caught.value.what.splitlines() == lines


def test_a_bomb_of_a_matrix_is_refused() -> None:
    shapes = ", ".join(f"{m}x{n}x8" for m in range(1, 40) for n in range(1, 40))
    cores = ", ".join(map(str, range(1, 30)))
    block = f"{{ops: [gemm], schemes: [w1a1], shapes: [{shapes}], on: [{cores}]}}"
    with pytest.raises(ConfigError, match="combinations"):
        plan(suite(block), [board()], CATALOGUE)


@given(
    schemes=st.lists(st.sampled_from(["w1a1", "w8a8", "fp32"]), min_size=1, unique=True),
    on=st.lists(st.sampled_from(["1", "all", "2", "1@big"]), min_size=1, unique=True),
    implementations=st.sampled_from(["best", "all", "[ref, neon, nope]"]),
    modes=st.lists(st.sampled_from(["default", "max"]), min_size=1, unique=True),
)
@settings(max_examples=50, deadline=None)
def test_items_are_unique_and_every_cell_is_accounted(
    schemes: list[str], on: list[str], implementations: str, modes: list[str]
) -> None:
    block = (
        f"{{ops: [gemm], schemes: [{', '.join(schemes)}], shapes: [8x8x8],"
        f" on: [{', '.join(on)}], implementations: {implementations}}}"
    )
    items = plan(suite(block, f"modes: [{', '.join(modes)}]"), [board()], CATALOGUE).items
    ids = [p.item.item_id for p in items]
    assert len(ids) == len(set(ids))
    cells = {(p.item.scheme, p.item.cores, p.item.mode) for p in items}
    assert len(cells) == len(schemes) * len(on) * len(modes)


def _streaming(net: str) -> list[tuple[str, int]]:
    engines = {
        "openvino": RuntimeInfo(scenarios=("latency", "throughput"), inflight=True),
        "onnxruntime": RuntimeInfo(scenarios=("latency", "throughput")),
    }
    known = NetworkInfo(runtimes={"fp32": tuple(engines)}, shape="3x4x4")
    catalogue = replace(CATALOGUE, networks={"squeezenet1_1": known}, runtimes=engines)
    facts = replace(FACTS, runtimes=dict.fromkeys(engines, "/usr/bin/python3"))
    made = plan(suite(net), [facts], catalogue)
    found = [(p.item.runtime, p.item.inflight) for p in made.items]
    return [*found, ("dropped", made.dropped)]


def test_in_flight_is_dropped_and_counted_where_a_runtime_does_not_know_it() -> None:
    net = (
        "{networks: [squeezenet1_1], schemes: [fp32], runtimes: [openvino, onnxruntime],"
        " inflight: [1, 4], scenario: [throughput]}"
    )
    assert _streaming(net) == [
        ("openvino", 1),
        ("openvino", 4),
        ("onnxruntime", 1),
        ("dropped", 1),
    ]
    both = net.replace("[throughput]", "[latency, throughput]")
    # one after the other is what latency means
    assert _streaming(both)[-1] == ("dropped", 3)


def test_in_flight_alone_ends_in_no_cell() -> None:
    net = "{networks: [squeezenet1_1], schemes: [fp32], runtimes: [onnxruntime], inflight: [1, 4]}"
    with pytest.raises(ConfigError, match="'4' ends in no cell"):
        _streaming(net)


def test_a_device_the_board_does_not_list_is_skipped() -> None:
    engine = RuntimeInfo(devices={"cpu": "", "gpu": ""}, listed={"cpu": "CPU", "gpu": "GPU"})
    catalogue = replace(CATALOGUE, runtimes={"onnxruntime": engine})
    net = "{networks: [squeezenet1_1], schemes: [fp32], runtimes: [onnxruntime],"
    devices = suite(f"{net} devices: [cpu, gpu]}}")

    def reasons(*listed: str) -> list[str]:
        facts = replace(FACTS, runtime_devices={"onnxruntime": listed})
        return [p.skip for p in plan(devices, [facts], catalogue).items]

    assert reasons("CPU") == ["", "onnxruntime on this board has no GPU; it has CPU"]
    assert reasons("CPU", "GPU.0", "GPU.1") == ["", ""]
    assert reasons() == ["", ""]  # it does not tell: asking is the only way
