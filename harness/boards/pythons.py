"""Runtimes that are Python packages, or folders: how a board is asked, and what installs them.

Constant text for `script`, and one table; boards and runtimes do not know each other, so a new
runtime of this kind has a line here and a module there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class PythonRuntime:
    """What an interpreter must load (the first that is there and tells its version), by names.

    `package` is what pip installs, pinned to the version this harness was tried with.
    """

    modules: tuple[str, ...]
    package: str


PYTHONS: Mapping[str, PythonRuntime] = {
    "onnxruntime": PythonRuntime(modules=("onnxruntime",), package="onnxruntime==1.31.1"),
    "ncnn": PythonRuntime(modules=("ncnn",), package="ncnn==1.0.20261020"),
    "openvino": PythonRuntime(
        modules=("openvino", "openvino.runtime", "openvino.inference_engine"),
        package="openvino==2026.4.1",
    ),
    "litert": PythonRuntime(
        modules=("ai_edge_litert", "tflite_runtime"), package="ai-edge-litert==2.3.0"
    ),
}

# runtimes that are folders: where they lie unless the inventory says so, and what they hold
FOLDERS: Mapping[str, tuple[str, str]] = {"tensorrt": ("/usr/src/tensorrt", "bin/trtexec")}

_CASES = "\n".join(f"  {name}) m={','.join(one.modules)};;" for name, one in PYTHONS.items())

# `ask PLACE NAME...` writes a line for each runtime: name, place, version or `!why not`, devices.
# An import may kill the interpreter, so that each has one of its own; what is not there at all is
# found out for all at once. A place is an interpreter, a folder with bin/python3, or one with
# setupvars.sh (OpenVINO's archives; told by the slash at its end).
ASK = (
    r"""
have='import importlib.util as u, sys
def there(m): return any(u.find_spec(n.split(".")[0]) for n in m.split(","))
print(*["+" if there(m) else "-" for m in sys.argv[1:]])'
load='import importlib as i, sys
w = None
for m in sys.argv[1].split(","):
  try:
    x = i.import_module(m)
    v = getattr(x, "__version__", None) or x.get_version()
    break
  except Exception as e: w = e
else: raise w
d = ()
try:
  if hasattr(x, "get_available_providers"): d = x.get_available_providers()
  elif hasattr(x, "Core"): d = x.Core().available_devices
  elif hasattr(x, "IECore"): d = x.IECore().available_devices
except Exception: pass
print(v + "\t" + ",".join(d))'
setup='. "$0/setupvars.sh" >/dev/null 2>&1; exec python3 "$@"'
modules() {
  case $1 in
"""
    + _CASES
    + r"""
  *) m=$1;;
  esac
}
say() { printf '|%s\t%s\t%s\n' "$1" "$2" "$(printf '%s' "$3" | tail -n 1)"; }
python() { if [ -n "$vars" ]; then bash -c "$setup" "$vars" "$@"; else "$program" "$@"; fi; }
ask() {
  place=$1 program=$1 vars=; shift
  if [ -d "$place" ]; then
    if [ -x "$place/bin/python3" ]; then program=$place/bin/python3
    elif [ -f "$place/setupvars.sh" ]; then vars=${place%/} program=bash
    else for n; do say "$n" "$place" '?'; done; return
    fi
  fi
  if ! program=$(command -v "$program" 2>/dev/null); then
    for n; do say "$n" "$place" '!no such program'; done; return
  fi
  place=$program; [ -z "$vars" ] || place=$vars/
  all=
  for n; do modules "$n"; all="$all $m"; done
  if ! h=$(python -c "$have" $all 2>&1 </dev/null); then
    for n; do say "$n" "$place" "!$h"; done; return
  fi
  for n; do
    modules "$n"; there=${h%% *} h=${h#* }
    if [ "$there" = - ]; then say "$n" "$place" "!No module named '${m%%,*}'"
    elif v=$(python -c "$load" "$m" 2>/dev/null </dev/null); then say "$n" "$place" "$v"
    else s=$?; say "$n" "$place" "!status $s $(python -c "$load" "$m" 2>&1 </dev/null | tail -n 1)"
    fi
  done
}
"""
)
