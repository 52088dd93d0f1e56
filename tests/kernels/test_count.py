"""What counts instructions in the emulator: one small call a target, and what is made of counts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from harness.toolchain.build import KERNELS, build
from tests.count_kernels.emulator import Program
from tests.count_kernels.goals import GOALS, goal_of
from tests.count_kernels.jobs import CONV, Job, jobs
from tests.count_kernels.mix import mix
from tests.count_kernels.model import CORES, MISSING, Modelled, modelled, version
from tests.count_kernels.page import page
from tests.count_kernels.rows import row_of
from tests.count_kernels.trace import Block, Call, Reader, TraceError

if TYPE_CHECKING:
    from collections.abc import Mapping

VECTORS = "rv64,zbb=true,v=true,zvbb=true,vlen=128"
SMALL = (
    Job(
        target="aarch64",
        cpu="cortex-a53",
        variant="xnor_conv_w1a1__neon",
        shape="5x5x64x8k3",
        output="bits",
    ),
    Job(
        target="arm",
        cpu="cortex-a15",
        variant="xnor_conv_w1a1__neon",
        shape="5x5x64x8k3",
        output="float",
    ),
    Job(target="riscv64", cpu=VECTORS, variant="xnor_gemm_w1a1__rvv", shape="6x8x256"),
)
_KERNEL = re.compile(r"^KERNEL\((\w+), (\w+), (\w+), (\w+)\)", re.MULTILINE)


def program(job: Job) -> Program:
    return Program(
        path=build(program="check", target=job.target).path, target=job.target, cpu=job.cpu
    )


def instructions(call: Call) -> Mapping[int, int]:
    """How often the instruction at each address was executed."""
    found: Counter[int] = Counter()
    for block, times in call.blocks.items():
        for line in block.code:
            found[int(line.partition(":")[0], 16)] += times
    return found


@pytest.mark.qemu
@pytest.mark.parametrize("job", SMALL, ids=lambda job: job.target)
def test_blocks_times_length_is_what_single_steps_count(job: Job) -> None:
    emulator = program(job)
    first, second = emulator.calls(job.variant, job.shape, job.output)
    assert first.instructions == second.instructions
    stepped = emulator.calls(job.variant, job.shape, job.output, single=True)[-1]
    assert all(len(block.code) == 1 for block in stepped.blocks)
    assert instructions(stepped) == instructions(second)
    # every call is counted whole, so it cannot be below what its arithmetic needs
    row = row_of(job, second)
    assert row.per_unit > row.minimum
    assert sum(row.mix_per_unit.values()) == pytest.approx(row.per_unit)
    assert row.mix_per_unit["vector"] > row.minimum


@pytest.mark.qemu
def test_the_same_code_counts_the_same_on_another_cpu() -> None:
    job = SMALL[0]
    emulator = program(job)
    newest = Program(path=emulator.path, target=job.target, cpu="max")
    there = newest.count(job.variant, job.shape, job.output)
    assert there.instructions == emulator.count(job.variant, job.shape, job.output).instructions


@pytest.mark.qemu
def test_what_cannot_be_called_is_refused_in_words() -> None:
    emulator = program(SMALL[0])
    with pytest.raises(TraceError, match="full name"):
        emulator.calls("xnor_conv", "5x5x64x8k3")
    with pytest.raises(TraceError, match="--shapes"):
        emulator.calls("xnor_conv_w1a1__neon", "5x5x64x8")
    with pytest.raises(TraceError, match="cannot run"):
        emulator.calls("int8_gemm_w8a8__dotprod", "8x8x8")


@pytest.mark.qemu
def test_a_model_says_cycles_or_why_not() -> None:
    job = SMALL[0]
    call = program(job).count(job.variant, job.shape, job.output)
    found = modelled(call, CORES[0])
    if version() == MISSING:
        assert found == MISSING
        return
    assert isinstance(found, Modelled)
    # three at once is the most these cores can begin, and waits only add to it
    assert found.cycles >= found.least_cycles >= call.instructions / 8


LOG = b"""mark 0x10
----------------
IN:
0x00000010:  d65f03c0  ret

Trace 0: 0x7f00 [0/0000000000000010/0/0]
----------------
IN:
0x00000020:  4e205800  cnt      v0.16b, v0.16b
0x00000024:  3cc10400  ldr      q0, [x0], #0x10
0x00000028:  54ffffc1  b.ne     #0x20

Trace 0: 0x7f80 [0/0000000000000020/0/0]
Trace 0: 0x7f80 [0/0000000000000020/0/0]
Trace 0: 0x7f00 [0/0000000000000010/0/0]
"""


@pytest.mark.parametrize("size", [1, 7, 100, 4096])
def test_a_log_is_read_in_pieces_of_any_size(size: int) -> None:
    reader = Reader()
    for begin in range(0, len(LOG), size):
        reader.feed(LOG[begin : begin + size])
    assert reader.words == []
    assert [call.instructions for call in reader.calls] == [6]
    kinds = mix("aarch64", reader.calls[0])
    assert kinds == {"vector": 2, "load": 2, "store": 0, "branch": 2, "other": 0}


def test_executions_of_code_that_was_never_shown_are_an_error() -> None:
    with pytest.raises(TraceError, match="no code was shown"):
        Reader().feed(
            LOG.replace(b"Trace 0: 0x7f80", b"Trace 0: 0x7f81", 2).replace(b"7f81", b"7f80", 1)
        )


@pytest.mark.parametrize(
    ("target", "line", "kind"),
    [
        ("aarch64", "0x0: a9bd7bfd  stp x29, x30, [sp, #-0x30]!", "store"),
        ("aarch64", "0x0: b98003e0  ldrsw x0, [sp]", "load"),
        ("aarch64", "0x0: 58000040  ldr x0, #8", "load"),
        ("aarch64", "0x0: 3c810400  str q0, [x0], #0x10", "store"),
        ("aarch64", "0x0: 4e80a400  .byte 0x00, 0xa4, 0x80, 0x4e", "vector"),
        ("aarch64", "0x0: 8b020000  add x0, x0, x2", "other"),
        ("arm", "0x0: f420020d  vld1.8 {d0}, [r0]!", "load"),
        ("arm", "0x0: f3000150  veor q0, q0, q0", "vector"),
        ("arm", "0x0: 1afffffe  bne #0x0", "branch"),
        ("arm", "0x0: e3c00001  bic r0, r0, #1", "other"),
        ("arm", "0x0: e8bd8010  pop {r4, pc}", "load"),
        ("riscv64", "0x0: 0d85f057  vsetvli zero,a1,e64,m2,ta,ma", "other"),
        ("riscv64", "0x0: 02057407  vle64.v v8,(a0)", "load"),
        ("riscv64", "0x0: 02057427  vse64.v v8,(a0)", "store"),
        ("riscv64", "0x0: 2e850457  vxor.vv v8,v8,v10", "vector"),
        ("riscv64", "0x0: 4b872457  vsext.vf2 v8,v24", "vector"),
        ("riscv64", "0x0: 60251513  cpop a0,a0", "other"),
        ("riscv64", "0x0: fe0518e3  bnez a0,-16", "branch"),
    ],
)
def test_kinds_of_instructions(target: str, line: str, kind: str) -> None:
    call = Call(blocks={Block(address=0, code=(line,)): 1})
    assert {name for name, count in mix(target, call).items() if count} == {kind}


def test_every_job_has_a_variant_and_a_minimum() -> None:
    text = (KERNELS / "include" / "kernels.def").read_text(encoding="utf-8")
    known = {f"{'_'.join(words[:3])}__{words[3]}" for words in _KERNEL.findall(text)}
    assert {job.variant for job in jobs()} <= known
    assert all(job.least > 0 and job.work > 0 and job.minimum.how for job in jobs())
    assert all(any(goal.fits(job) for job in jobs()) for goal in GOALS)


def test_a_count_is_held_against_its_goal() -> None:
    job = next(job for job in jobs("cortex-a53 xnor_conv") if job.output == "bits")
    assert job.shape == CONV[0]
    assert job.work == 56 * 56 * 64 * 64 * 9 / 128
    assert goal_of(job) == 4.4
    code = Block(address=0, code=("0x0: 4e205800  cnt v0.16b, v0.16b",))
    good, bad = (row_of(job, Call(blocks={code: int(times * job.work)})) for times in (4.39, 4.41))
    assert (good.met, bad.met) == (True, False)
    assert good.times_minimum == pytest.approx(4.39 / (8 / 3), rel=1e-4)
    words = page([good, bad], emulator="e", model="m", others="o", when="w")
    assert "1 of 2 goals met" in words


def test_a_vector_minimum_falls_with_the_length_of_vectors() -> None:
    short, long = (
        jobs("vlen=128 xnor_gemm_w1a1__zvbb 512"),
        jobs("vlen=256 xnor_gemm_w1a1__zvbb 512"),
    )
    assert short[0].least == 2 * long[0].least == 0.75
    planes = jobs("bitserial_gemm_w2a2__zbb")[0]
    assert planes.work == 4 * 784 * 128 * 1152 / 128
