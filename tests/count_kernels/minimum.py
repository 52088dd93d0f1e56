"""The fewest instructions that an instruction set needs for a unit of work, and how that is got.

A minimum counts the arithmetic of the inner loop only: loads, addresses, loops, packing and
epilogue come on top, and no vector is cut short. It bounds the algorithm that is named, no other.
"""

from __future__ import annotations

from dataclasses import dataclass

BITS, MACS = "128 bits", "MAC"


@dataclass(frozen=True, kw_only=True)
class Minimum:
    """`instructions` do `work` units; on RISC-V's vectors that is the work where VLEN is 128."""

    instructions: int
    work: float
    how: str
    grows: bool = False  # work grows with VLEN

    def per_unit(self, vlen: int) -> float:
        """Return instructions per unit of work."""
        return self.instructions / (self.work * (vlen / 128 if self.grows else 1))


_COUNT = Minimum(
    instructions=3, work=1, how="eor, cnt, add (or a pairwise add) for 16 bytes of both operands"
)
_TRIPLE = Minimum(
    instructions=8,
    work=3,
    how="a full adder of 3 words of 16 bytes: 3 eor, bsl, 2 cnt, 2 adds; operands as prefix sums",
)
_SMLAL = Minimum(
    instructions=3, work=16, how="smull, smlal, sadalp: 2 x 8 products of bytes, then into 32 bits"
)
_CPOP = Minimum(instructions=6, work=1, how="xor, cpop, add for 64 bits")
_AND_CPOP = Minimum(instructions=6, work=1, how="and, cpop, add for 64 bits of a pair of planes")
_CHOSEN = Minimum(
    instructions=2,
    work=1,
    how="tbl, add: 2 planes of 4 codes of A choose the table, 16 nibbles of B look up",
)
_FMLA = Minimum(instructions=1, work=4, how="fmla of 4 lanes")
_TABLES = Minimum(
    instructions=4,
    work=40,
    how="2 planes x (ldr of the sums that 5 bits choose, add) for 8 rows; tables built for nothing",
)
_VECTOR_COUNT = Minimum(
    instructions=3,
    work=4,
    grows=True,
    how="vxor, vcpop, vadd for 4 registers (LMUL 4; one by one 4 times that)",
)
_VECTOR_PLANES = Minimum(
    instructions=3,
    work=2,
    grows=True,
    how="vand, vcpop, vadd for 2 registers (LMUL 2; one by one twice that)",
)
# By full adders: words w and v lie as w and w ^ v, so x = w ^ a, y = (w ^ v) ^ (a ^ a') cost 2, and
# ones ^= y, carry = x ^ (y & (x ^ ones)) 4 more: 6 for 2 words. An adder of carries costs 5, and an
# endless tree has half of one a word: 3 + 2.5, without ever counting. A table is cheaper: 4 bits of
# A choose 16 counts, vrgather, vadd, and a register of nibbles holds half as many bits.
_VECTOR_TABLE = Minimum(
    instructions=4,
    work=2,
    grows=True,
    how="2 x (vrgather out of 16 counts, vadd) for 2 registers (LMUL 2); by full adders 5.5",
)
_VECTOR_CHOSEN = Minimum(
    instructions=2,
    work=1,
    grows=True,
    how="vrgather out of the counts of 2 planes of 4 codes of A, vadd, for a register of nibbles",
)
_VECTOR_MASKS = Minimum(
    instructions=3, work=1, grows=True, how="vmxor, vcpop.m, add for a register as a mask"
)
_VECTOR_SMALL = Minimum(
    instructions=1,
    work=32,
    grows=True,
    how="vwmacc of 2 registers of bytes (LMUL 2): 255 products or more fit 16 bits",
)
_VECTOR_FMA = Minimum(
    instructions=1, work=16, grows=True, how="vfmacc of 4 registers (LMUL 4), a row of A a scalar"
)
_VECTOR_MULTIPLY = Minimum(
    instructions=3,
    work=32,
    grows=True,
    how="vwmul, vwmacc, vwadd.wv: 2 products of bytes in 16 bits, then into 32, a register each",
)

# (target, family, isa); a longer name, family and op or scheme, goes before the family alone
_TABLE = {
    ("aarch64", "xnor", "neon"): _TRIPLE,
    ("aarch64", "ternary_terna1", "neon"): Minimum(
        instructions=3, work=1, how="bsl (a bit of A selects a plane of B), cnt, add for 16 bytes"
    ),
    ("aarch64", "ternary_terna8", "neon"): Minimum(
        instructions=1, work=8, how="smlal of 8 bytes: 255 products fit 16 bits"
    ),
    ("aarch64", "ternary_terna8", "dotprod"): Minimum(instructions=1, work=16, how="sdot"),
    ("aarch64", "bitserial", "neon"): _CHOSEN,
    ("aarch64", "lut", "neon"): _TABLES,
    ("aarch64", "int8", "neon"): _SMLAL,
    ("aarch64", "int8", "dotprod"): Minimum(instructions=1, work=16, how="sdot"),
    ("aarch64", "int8", "i8mm"): Minimum(instructions=1, work=32, how="smmla: 2 x 8 times 8 x 2"),
    ("aarch64", "float", "neon"): _FMLA,
    ("arm", "xnor", "neon"): _COUNT,
    ("arm", "int8", "neon"): _SMLAL,
    ("riscv64", "xnor", "zbb"): _CPOP,
    ("riscv64", "xnor", "rvv"): _VECTOR_TABLE,
    ("riscv64", "xnor_conv", "rvv"): _VECTOR_MASKS,
    ("riscv64", "xnor", "zvbb"): _VECTOR_COUNT,
    ("riscv64", "ternary_terna1", "zbb"): Minimum(
        instructions=8, work=1, how="and, xor, cpop, add for 64 bits"
    ),
    ("riscv64", "ternary_terna1", "zvbb"): Minimum(
        instructions=4, work=4, grows=True, how="vand, vxor, vcpop, vadd for 4 registers (LMUL 4)"
    ),
    ("riscv64", "ternary_terna8", "rvv"): _VECTOR_SMALL,
    ("riscv64", "lut", "rvv"): _VECTOR_SMALL,
    ("riscv64", "float", "rvv"): _VECTOR_FMA,
    ("riscv64", "bitserial", "zbb"): _AND_CPOP,
    ("riscv64", "bitserial", "rvv"): _VECTOR_CHOSEN,
    ("riscv64", "bitserial", "zvbb"): _VECTOR_PLANES,
    ("riscv64", "int8", "rvv"): _VECTOR_MULTIPLY,
}


def minimum(target: str, variant: str) -> Minimum:
    """Return the least for a variant; KeyError for one that is not in the table."""
    name, _, isa = variant.partition("__")
    family, op, scheme = name.split("_")
    longer = (_TABLE.get((target, f"{family}_{part}", isa)) for part in (op, scheme))
    return next(filter(None, longer), None) or _TABLE[target, family, isa]
