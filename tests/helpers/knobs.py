"""A fake root with a board's frequency knobs as plain files, and an nvpmodel that is a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CPUFREQ = "/sys/devices/system/cpu/cpufreq"
GOVERNOR = f"{CPUFREQ}/policy0/scaling_governor"
MIN, MAX = f"{CPUFREQ}/policy0/scaling_min_freq", f"{CPUFREQ}/policy0/scaling_max_freq"

# ids of `reboots` want a reboot, those of `liars` are taken without a word and not set
_NVPMODEL = """#!/bin/sh
here=$(dirname "$0")/../../var/lib/nvpmodel
now=$(cat "$here/status")
case $1 in
-q) grep "ID=$now " "$here/../../../etc/nvpmodel.conf" |
      sed 's/.*NAME=\\([^ ]*\\).*/NV Power Mode: \\1/'; echo "$now" ;;
-m) case " {reboots} " in *" $2 "*)
      echo "NVPM WARN: Reboot required for changing to this power mode: $2"
      echo 'NVPM WARN: DO YOU WANT TO REBOOT NOW? enter YES/yes to confirm:'
      read -r answer; exit 0 ;; esac
    case " {liars} " in *" $2 "*) exit 0 ;; esac
    echo "$2" >"$here/status"
    {also} ;;
esac
"""
CONF = """\
< PARAM TYPE=FILE NAME=CPU_A78_0 >
CPU_MAX_FREQ /sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq

< POWER_MODEL ID=0 NAME=15W >
CPU_ONLINE CORE_0 1
CPU_A78_0 MAX_FREQ 1510400

< POWER_MODEL ID=1 NAME=7W >
CPU_A78_0 MAX_FREQ 729600

< POWER_MODEL ID=2 NAME=MAXN_SUPER >
CPU_A78_0 MAX_FREQ -1

< PM_CONFIG DEFAULT=0 >
"""


def tree(root: Path, *, top_khz: int = 1_800_000) -> Path:
    """Make the knobs of two CPU clusters below `root`; return it. The first has a top to choose."""
    for policy, cpus, top in ((0, "0 1 2 3", top_khz), (4, "4 5", 2_400_000)):
        folder = root / CPUFREQ[1:] / f"policy{policy}"
        folder.mkdir(parents=True)
        steps = " ".join(str(khz) for khz in (600_000, 1_200_000, top))
        for name, value in {
            "scaling_governor": "schedutil",
            "scaling_available_governors": "conservative powersave performance schedutil",
            "scaling_available_frequencies": steps,
            "scaling_driver": "cpufreq-dt",
            "scaling_min_freq": "600000",
            "scaling_max_freq": str(top),
            "scaling_cur_freq": "600000",
            "cpuinfo_min_freq": "600000",
            "cpuinfo_max_freq": str(top),
            "related_cpus": cpus,
        }.items():
            (folder / name).write_text(f"{value}\n")
    first = root / "sys/devices/system/cpu/cpu0"
    first.mkdir(parents=True)
    (first / "cpufreq").symlink_to("../cpufreq/policy0")
    return root


def nvpmodel(root: Path, *, reboots: str = "", liars: str = "", also: str = ":") -> Path:
    """Put nvpmodel with its modes below `root`; return the file that holds the mode in force."""
    for folder in ("usr/sbin", "var/lib/nvpmodel", "etc"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    script = _NVPMODEL.replace("{reboots}", reboots).replace("{liars}", liars)
    program = root / "usr/sbin/nvpmodel"
    program.write_text(script.replace("{also}", also))
    program.chmod(0o755)
    (root / "etc/nvpmodel.conf").write_text(CONF)
    status = root / "var/lib/nvpmodel/status"
    status.write_text("0\n")
    return status


def read(root: Path, path: str) -> str:
    """Return the value of a knob."""
    return (root / path[1:]).read_text().strip()


def values(root: Path) -> dict[str, str]:
    """Return every knob that may be changed."""
    found = sorted(root.glob("sys/devices/system/cpu/cpufreq/policy*/scaling_*"))
    names = ("scaling_governor", "scaling_min_freq", "scaling_max_freq")
    return {str(p.relative_to(root)): p.read_text().strip() for p in found if p.name in names}
