"""The wire forms of suite and inventory: what they take, and the evil names they refuse (F20)."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.config.document import load
from harness.config.inventory_model import InventoryModel
from harness.config.schema import validate
from harness.config.suite_model import KernelBlockModel, NetworkBlockModel, SuiteModel
from harness.errors import ConfigError

EVIL = [
    "$(touch pwn)",
    "; rm",
    "../../x",
    "a\nb",
    "-oProxyCommand=x",
    "/etc/passwd",
    "",
    "a" * 65,
    "a b",
    ".hidden",
    "ä",
    "a\u0000",
]


def suite(**changes: object) -> SuiteModel:
    block = {"ops": ["gemm"], "schemes": ["w1a1"], "shapes": ["8x8x8"]}
    data = {"suite": "s", "boards": ["local"], "matrix": [block], **changes}
    return validate(load(json.dumps(data), name="s.yaml"), SuiteModel)


def board(**keys: object) -> InventoryModel:
    return validate(load(json.dumps({"boards": {"b": keys}}), name="b.yaml"), InventoryModel)


def test_the_example_of_the_design() -> None:
    text = """
suite: jetson
boards: [tag:jetson]
profile: standard
modes: [max, 15W]
matrix:
  - ops: [gemm, gemv, conv]
    schemes: [w1a1, terna1, w2a2, w4a4, w2a8, pot4a8, w8a8, fp16, fp32]
    shapes: [512x512x512, resnet18]
    on: [1, all, 1@big]
    implementations: best
  - networks: [squeezenet1_1, binarized_resnet18, ./mine.onnx]
    schemes: [fp32, fp16, w8a8, w4a8, w1a1]
    runtimes: [native, onnxruntime, ncnn, tensorrt]
    devices: [cpu, gpu, dla]
    batch: [1, 8]
    scenario: [latency, throughput]
energy: networks
"""
    model = validate(load(text), SuiteModel)
    kernels, networks = model.matrix
    assert isinstance(kernels, KernelBlockModel)
    assert isinstance(networks, NetworkBlockModel)
    assert kernels.on == ("1", "all", "1@big")
    assert kernels.implementations == ("best",)
    assert networks.batch == (1, 8)


@pytest.mark.parametrize("word", EVIL)
def test_evil_names_are_refused_everywhere(word: str) -> None:
    block = {"ops": ["gemm"], "schemes": ["w1a1"], "shapes": ["8x8x8"]}
    net = {"networks": ["n"], "schemes": ["fp32"]}
    changes: list[dict[str, object]] = [
        {"suite": word},
        {"boards": [word]},
        {"boards": [f"tag:{word}"]},
        {"modes": [word]},
        {"matrix": [{**block, "ops": [word]}]},
        {"matrix": [{**block, "schemes": [word]}]},
        {"matrix": [{**block, "shapes": [word]}]},
        {"matrix": [{**block, "on": [word]}]},
        {"matrix": [{**block, "implementations": [word]}]},
        {"matrix": [{**net, "networks": [word]}]},
        {"matrix": [{**net, "runtimes": [word]}]},
        {"matrix": [{**net, "devices": [word]}]},
    ]
    for change in changes:
        with pytest.raises(ConfigError):
            suite(**change)
    with pytest.raises(ConfigError):
        validate(load(json.dumps({"boards": {word: {}}})), InventoryModel)
    for key in ("tags", "group"):
        with pytest.raises(ConfigError):
            board(**{key: [word] if key == "tags" else word})


@pytest.mark.parametrize(
    "word",
    ["./../x.onnx", "./x", "x/y", "./a/../b.onnx", ".//", "./x.onnx\n", "./x.h5x", "./x.yaml"],
)
def test_network_files_stay_beside_the_suite(word: str) -> None:
    with pytest.raises(ConfigError):
        suite(matrix=[{"networks": [word], "schemes": ["fp32"]}])


@pytest.mark.parametrize(
    "change",
    [
        {"boards": []},
        {"boards": ["local", "local"]},
        {"matrix": []},
        {"profile": "fast"},
        {"hosts": ["x"]},
        {"protocol": {"samples": 0}},
        {"matrix": [{"ops": ["gemm"], "schemes": ["w1a1"], "shapes": ["8x8x8x8"]}]},
        {"matrix": [{"ops": ["gemm"], "schemes": ["w1a1"], "shapes": ["8x8x8"], "on": [0]}]},
    ],
)
def test_refused(change: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        suite(**change)


@pytest.mark.parametrize(
    "keys",
    [
        {"host": "-oProxyCommand=x"},
        {"host": "a b"},
        {"host": ""},
        {"user": "-l"},
        {"user": "a;b"},
        {"jump": "-J"},
        {"dir": "relative"},
        {"dir": "/tmp/a\nb"},
        {"port": 0},
        {"port": 70000},
        {"become": "sudo"},
        {"meter": {"board": "x"}},  # without the label of its sensor
        {"runtimes": {"onnxruntime": "python3"}},
        {"runtimes": {"../x": "/usr/bin/python3"}},
        {"power": {"sensor": "a b"}},
        {"proxy_command": "x"},
    ],
)
def test_boards_refuse(keys: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        board(**keys)


def test_boards_take_the_keys_of_the_design() -> None:
    model = board(
        host="192.168.7.21",
        user="bench",
        port=22,
        identity="~/.ssh/lab key",
        jump="me@gate:2222",
        dir="/data/harness",
        tags=["jetson"],
        group="rack-1",
        become="sudo-n",
        tune=True,
        power={"sensor": "ina3221:VDD_IN"},
        runtimes={"openvino": "/opt/intel/openvino_2022.3.1"},
        recover="labgrid-client -p orin-1 power cycle",
        emulated=False,
    )
    assert model.boards["b"].power.sensor == "ina3221:VDD_IN"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["local", "w1a1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["suite", "boards", "matrix", "ops", "host", "<<", "[", ""]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
@settings(max_examples=100, deadline=None)
def test_any_data_is_a_model_or_a_declared_error(data: object) -> None:
    for model in (SuiteModel, InventoryModel):
        with contextlib.suppress(ConfigError):
            validate(load(json.dumps(data)), model)
