"""Forms that only runners of Arm boards read, on emulated ones: power chip, decimal watts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from harness.transport.registry import open_transport
from tests.kernels.runner_rig import (
    HEAD,
    ITEM,
    Rig,
    block,
    kernel,
    line,
    native,
    read_frames,
    runner_of,
)
from tests.power.test_pmic import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.virtual import VirtualBoard

TARGETS = {"arm64": "aarch64", "armhf": "arm"}
FOLDER = "/tmp/harness-readers"
FILES = {"vcio": TEXT, "watts": "0.334510\n", "short": "0.33\n", "old": "error=1 error_msg=x\n"}
FORMS = {"pmic": ("pmic", "/vcio"), "decimal": ("power", "/watts")}
FORMS |= {"short": ("power", "/short"), "silent": ("pmic", "/old")}


def sensors() -> bytes:
    keys = {"period_ns": 20_000_000}
    return b"".join(
        block("sensor", {"id": name, "form": form, "path": path, **keys})
        for name, (form, path) in FORMS.items()
    )


@pytest.mark.qemu
@pytest.mark.parametrize("arch", TARGETS)
def test_microwatts_of_the_power_chip_and_of_decimals(
    arch: str, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    server = virtual_board(arch).server
    binary = runner_of(TARGETS[arch]).read_bytes()
    sha256 = hashlib.sha256(binary).hexdigest()
    transport = open_transport(server.entry(), server.settings())
    try:
        runner = f"{FOLDER}/{sha256}/runner"
        transport.run(["mkdir", "-p", f"{FOLDER}/{sha256}", f"{FOLDER}/blobs", f"{FOLDER}/tree"])
        transport.put(binary, runner, mode=0o755)
        for name, text in FILES.items():
            transport.put(text.encode(), f"{FOLDER}/tree/{name}", mode=0o644)
        own = {"run": f"r-{arch}", "runner": sha256, "lease": f"{FOLDER}/harness.lock"}
        own |= {"root": f"{FOLDER}/tree"}
        head = b"".join(line(k, v) for k, v in {**HEAD, **own, "samples": 1, "items": 1}.items())
        item = {**ITEM, **kernel("a", size=16), "energy_windows": 1, "energy_window_ns": 10**8}
        job = b"job 1\n" + head + sensors() + block("item", item)
        done = transport.run([runner, "exec", "--dir", FOLDER], stdin=job, timeout_s=200)
        frames = read_frames(done.stdout)
    finally:
        transport.close()
    assert done.status == 0, done.stderr
    found = {f.payload["sensor"]: set(f.payload["raw"]) for f in frames if f.kind == "energy"}
    # an answer without watts and a text of another form are no sensors at all
    assert found == {"pmic": {2_130_000}, "decimal": {334_510}}


def test_other_runners_refuse_the_form(tmp_path: Path) -> None:
    rig = Rig(tmp_path, native())
    done = rig.execute(rig.job("r1", [kernel("a")], sensors()))
    is_arm = native() == runner_of("aarch64")
    assert (done.status == 0) == is_arm
    assert bool(done.of("sample")) == is_arm
    assert is_arm or "power, product or energy" in done.stderr
