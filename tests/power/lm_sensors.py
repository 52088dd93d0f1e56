"""What lm-sensors printed on a board, back to the files it was read from (for captured prints)."""

from __future__ import annotations

import re

_UNITS = {"mV": 1e-3, "uV": 1e-6, "V": 1.0, "mA": 1e-3, "A": 1.0, "mW": 1e-3, "W": 1.0}
_UNITS |= {"J": 1.0, "kJ": 1e3, "C": 1.0, "RPM": 1.0}
# kind of file and how many of its units are one volt, ampere, watt, joule, degree, turn
_KINDS = {"V": ("in", 1e3), "A": ("curr", 1e3), "W": ("power", 1e6), "J": ("energy", 1e6)}
_KINDS |= {"C": ("temp", 1e3), "M": ("fan", 1.0)}
_LINE = re.compile(r"([^:]+): +\+?(-?[0-9.]+) ([a-zA-Z]+)")


def tree_of(text: str) -> dict[str, str]:
    """Return path -> value; a label that is no `in1` takes the next number of its kind."""
    files: dict[str, str] = {}
    blocks = [block for block in text.split("\n\n") if "-" in block.split("\n")[0]]
    for number, block in enumerate(blocks):
        chip, *lines = block.split("\n")
        device = f"/sys/class/hwmon/hwmon{number}"
        files[f"{device}/name"] = re.sub(r"-(?:i2c|isa|virtual).*", "", chip)
        count: dict[str, int] = {}
        for match in (m for line in lines if (m := _LINE.match(line))):
            label, value, unit = match.groups()
            kind, scale = _KINDS[unit[-1]]
            own = re.fullmatch(rf"{kind}([0-9]+)", label)
            n = int(own[1]) if own else count.get(kind, 0) + 1
            count[kind] = n
            files[f"{device}/{kind}{n}_input"] = str(round(float(value) * _UNITS[unit] * scale))
            if not own:
                files[f"{device}/{kind}{n}_label"] = label
    return files
