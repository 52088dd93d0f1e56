"""The runner's readers of foreign bytes, fed with changed ones under gcc's sanitizers.

What crashed once is kept here as a seed and comes first in every run.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.networks.plans.known import with_check
from harness.networks.plans.plan import write_plan
from harness.records.board import SensorFile, WatchFile
from harness.records.item import Item, Protocol, Work
from harness.records.modes import PowerMode
from harness.session.job import Job, render
from harness.session.tuning import order
from harness.toolchain import sources
from harness.toolchain.build import KERNELS
from tests.helpers.knobs import CPUFREQ
from tests.kernels.test_names import FAMILIES
from tests.networks.random_plans import random_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Keys = dict[str, int | str | tuple[str, ...]]

HERE = Path(__file__).parent
FLAGS = (
    *("-std=gnu11", "-O1", "-g", "-w"),  # warnings are the business of the real build
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"),
)
LIBFUZZER = (*FLAGS, "-fsanitize=fuzzer")
SHA = "0123456789abcdef" * 4
LONG_S = 60


@dataclass(frozen=True, kw_only=True)
class Target:
    """One fuzz target: `files` are globs within kernels/; how many inputs the quick test feeds."""

    name: str
    files: tuple[str, ...]
    quick: int


TARGETS = {
    target.name: target
    for target in (
        Target(
            name="job",
            files=tuple(f"runner/{name}.c" for name in ("job", "job_keys", "scan", "text")),
            quick=200_000,
        ),
        Target(
            name="guard",
            files=tuple(f"runner/{name}.c" for name in ("guard_order", "scan", "text")),
            quick=100_000,
        ),
        Target(
            name="child",
            files=tuple(
                f"runner/{name}.c"
                for name in (
                    *("result", "numbers", "program", "program_stream", "compare", "sha256"),
                    *("frame", "text"),
                )
            ),
            quick=100_000,
        ),
        Target(
            name="plan",
            # the registry names every family
            files=tuple(f"{room}/**/*.c" for room in ("isa", "pack", "cases", "nets", *FAMILIES)),
            quick=20_000,
        ),
    )
}


def job_seeds() -> tuple[bytes, ...]:
    """Return orders as the harness writes them: each kind of item, sensors, watched files."""
    item = Item(kind="kernel", workload="gemm", scheme="w1a1", shape="64x64x64", energy=True)
    gemm: Keys = {"kind": "kernel", "op": "gemm", "scheme": "w1a1", "m": 64, "n": 64, "k": 64}
    net: Keys = {"kind": "network", "plan": SHA, "input": SHA, "expected": SHA, "tolerance_ppm": 0}
    program: Keys = {
        "kind": "program",
        "arg": ("/usr/bin/python3", f"blob:{SHA}", "a\nb"),
        "expected": SHA,
        "tolerance_ppm": 1000,
    }
    named = replace(item, variant="xnor_gemm_w1a1__avx2")
    works = (
        Work(item=item, keys=gemm),
        Work(item=named, keys={**gemm, "variant": named.variant}),
        Work(item=replace(item, kind="network"), keys=net),
        Work(item=replace(item, runtime="onnxruntime"), keys=program),
        Work(item=replace(item, scenario="sustained 600s"), keys=gemm),
        Work(item=replace(item, kind="network", scenario="periodic 30/s"), keys=net),
    )
    sensor = SensorFile(
        id="ina:1", kind="power", path="/sys/p", scale=1e-6, scope="board", label=""
    )
    job = Job(
        run="r1",
        holder="somebody@somewhere",
        runner_sha256=SHA,
        lease="/run/lock/harness.lock",
        seed=7,
        protocol=Protocol(),
        works=works,
        deadline_s=600,
        watch={
            "governor": WatchFile(path="/sys/cpu*/governor"),
            "steal": WatchFile(path="/proc/stat", word="cpu*"),
        },
        sensors=(sensor, replace(sensor, id="ina:2", kind="product", path2="/sys/q")),
    )
    return render(job), render(replace(job, works=works[:1], watch={}, sensors=()))


def guard_seeds() -> tuple[bytes, ...]:
    """Return orders of a guard: a mode with what it moves, and knobs alone."""
    knob = f"{CPUFREQ}/policy0/scaling_"
    kept = (f"{knob}governor", "/sys/class/devfreq/57000000.gpu/max_freq")
    mode = PowerMode(name="15W", id=2, keeps=kept)
    caps = {f"{knob}min_freq": "600000", f"{knob}max_freq": "1200000"}
    return order(mode), order(PowerMode(name="1200MHz", sets=caps, keeps=kept))


def child_seeds() -> tuple[bytes, ...]:
    """Return what a worker script writes, for samples and for a window, and a struct of our own."""
    output = struct.pack("<2f", 1.0, 1.0)
    head = (
        b"runtime 1.20.1\nexecuted fp32\niterations 3 warmup 4\n"
        b"load_ns 5 first_ns 6 weights_bytes 7\n"
    )
    tail = b"output before 8\n%soutput after 8\n%s\ndone\n" % (output + b"\n", output)
    samples = b"".join(b"sample %d %d %d\n" % (n * 100, n * 100 + 90, 80) for n in range(8))
    window = b"inferences 12\nsample 100 900 700\n"
    ours = b"xnor_gemm_w1a1__avx2".ljust(256, b"\0") + bytes(range(256)) * 16
    return b"\x02" + head + samples + tail, b"\x01" + head + window + tail, b"\0" + ours


def plan_seeds() -> tuple[bytes, ...]:
    """Return small networks of every kind of layer, whole and with a byte more (see the target)."""
    plans = [write_plan(with_check(random_plan(seed, steps=2))) for seed in range(8)]
    floats = write_plan(random_plan(8, steps=2, schemes=("fp32", "fp16")))
    return (*plans, floats, *(plan + b"\0" for plan in plans))


def child_crashes() -> tuple[bytes, ...]:
    """Return structs of a child that went astray: words without end, flags that are no flags."""
    # who, the announced name, the mark (set by the target), the number of samples
    head = b"\0" + b"x" * 256 + struct.pack("<II", 0, 8)
    extremes = b"".join(struct.pack("<q", (-1) ** n * (2**63 - 1)) for n in range(2500))
    return head + b"\xff" * 20_001, head + extremes, head + b"\x02\x03\x04\x7f" * 5_000


def plan_crashes() -> tuple[bytes, ...]:
    """Return a plan whose weights have bits in the padding of a pixel."""
    network = random_plan(3, steps=4, schemes=("w1a1",))
    layers = tuple(replace(layer, weights=b"\xff" * len(layer.weights)) for layer in network.layers)
    return (write_plan(replace(network, layers=layers)),)


# what once ended in a sanitizer's words
CRASHES: dict[str, Callable[[], tuple[bytes, ...]]] = {
    "job": tuple,
    "guard": tuple,
    "child": child_crashes,
    "plan": plan_crashes,
}
SEEDS = {"job": job_seeds, "guard": guard_seeds, "child": child_seeds, "plan": plan_seeds}


def flags_of(path: Path) -> tuple[str, ...] | None:
    """Return what a variant's file adds for this machine, None when it is for another."""
    _, mark, token = path.stem.rpartition("__")
    if not mark:
        return ()
    table = sources.parse_isa((KERNELS / "isa" / "isa.def").read_text(encoding="utf-8"))
    return table.get((token, os.uname().machine), table.get((token, "any")))


def objects(
    compiler: str, flags: Sequence[str], target: Target, *more: Path, folder: Path
) -> list[str]:
    """Compile the files of a target, and `more`; return the objects."""
    found = [path for glob in target.files for path in sorted(KERNELS.glob(glob))]
    jobs = {}
    for number, path in enumerate([*found, *more]):
        own = flags_of(path)
        if own is not None:
            made = str(folder / f"{number}.o")
            jobs[made] = [compiler, *flags, *own, f"-I{KERNELS}", "-c", str(path), "-o", made]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for done in pool.map(lambda argv: subprocess.run(argv, check=False), jobs.values()):
            done.check_returncode()
    return list(jobs)


def compiled(target: Target, folder: Path) -> Path:
    """Compile a target with gcc's sanitizers, and return the program."""
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("no gcc here: make test-deps")
    sources_of_ours = (HERE / f"fuzz_{target.name}.c", HERE / "fuzz_main.c")
    linked = objects(gcc, FLAGS, target, *sources_of_ours, folder=folder)
    program = folder / target.name
    subprocess.run([gcc, *FLAGS, *linked, "-lm", "-o", str(program)], check=True)
    return program


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return `program(name)`: the compiled target."""

    @cache
    def make(name: str) -> Path:
        return compiled(TARGETS[name], tmp_path_factory.mktemp(name))

    return make


def fuzz(program: Path, seeds: Sequence[bytes], folder: Path, *, count: int, limit_s: int) -> int:
    """Feed seeds and changed seeds; return how many changed ones the target lived through."""
    files = []
    for number, seed in enumerate(seeds):
        files.append(folder / f"seed-{number}")
        files[-1].write_bytes(seed)
    crash = folder / "crash"
    argv = [str(program), str(crash), "1", str(count), str(limit_s), *(str(f) for f in files)]
    options = {f"{kind}SAN_OPTIONS": "abort_on_error=1" for kind in ("A", "UB")}
    environment = {**os.environ, **options}
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=environment)
    found = crash.read_bytes() if crash.exists() else b""
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[:3000]}\ninput: {found!r}"
    return int(done.stdout)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_input_is_refused_or_taken_and_nothing_else(
    program: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    seeds = (*SEEDS[name](), *CRASHES[name]())
    done = fuzz(program(name), seeds, tmp_path, count=TARGETS[name].quick, limit_s=LONG_S)
    assert done > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_minute_of_changed_input(
    program: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    seeds = (*SEEDS[name](), *CRASHES[name]())
    assert fuzz(program(name), seeds, tmp_path, count=10**9, limit_s=LONG_S) > 0
    clang = shutil.which("clang")
    if clang is not None:  # which is not asked for: its coverage finds what chance does not
        guided(clang, TARGETS[name], seeds, tmp_path)


def guided(clang: str, target: Target, seeds: Sequence[bytes], folder: Path) -> None:
    """Feed a target by libFuzzer, where clang's runtime is installed too."""
    made = folder / "guided"
    linked = objects(clang, LIBFUZZER, target, HERE / f"fuzz_{target.name}.c", folder=folder)
    argv = [clang, *LIBFUZZER, *linked, "-lm", "-o", str(made)]
    if subprocess.run(argv, capture_output=True, check=False).returncode != 0:
        return
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    limits = [f"-max_total_time={LONG_S}", "-timeout=20", "-seed=1", "-rss_limit_mb=2048"]
    done = subprocess.run(
        [str(made), *limits, str(corpus)], cwd=folder, capture_output=True, text=True, check=False
    )
    found = {path.name: path.read_bytes() for path in folder.glob("crash-*")}
    assert done.returncode == 0, f"{done.stderr[-3000:]}\ninputs: {found}"
