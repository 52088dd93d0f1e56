"""`python -m tests.count_networks`: counts layers and writes them at the end of docs/COUNTS.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from harness.networks.zoo.registry import prepare
from tests.count_kernels.trace import TraceError
from tests.count_networks.count import count, driver
from tests.count_networks.page import keep, table
from tests.helpers.virtual import home

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "COUNTS.md"
NETWORKS = (("binarized_resnet18", "w1a1"), ("squeezenet1_1", "w8a8"))
CPUS = (
    ("aarch64", "cortex-a53"),
    ("arm", "cortex-a15"),
    ("riscv64", "rv64,zbb=true,v=true,zvbb=true,vlen=128"),
)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 a program's own words


def main() -> int:
    """Count and write; 1 where a count is missing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="counts with this in target, cpu or network")
    options.add_argument("--no-page", action="store_true", help="leave docs/COUNTS.md alone")
    asked = options.parse_args()
    if not (home() / "qemu10").is_dir():
        _say("count-networks: no emulator here: make test-deps")
        return 2
    tables, missing = [], 0
    for name, scheme in NETWORKS:
        made = prepare(name, scheme, form="plan")
        assert made.plan is not None
        for target, cpu in CPUS:
            title = f"{name} {scheme}, {target} {cpu}"
            if asked.only not in title:
                continue
            begin = time.monotonic()
            with tempfile.TemporaryDirectory() as folder:
                plan, given = Path(folder) / "plan", Path(folder) / "input"
                plan.write_bytes(made.plan)
                given.write_bytes(made.input)
                try:
                    rows = count([driver(target), plan, given], target, cpu, made.layers)
                except TraceError as error:
                    _say(f"{title}: no count: {error}")
                    missing += 1
                    continue
            tables.append(table(title, rows))
            _say(f"{tables[-1]}\n({time.monotonic() - begin:.0f} s)")
    if not asked.no_page:
        PAGE.write_text(keep(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
    return 1 if missing or not tables else 0


if __name__ == "__main__":
    sys.exit(main())
