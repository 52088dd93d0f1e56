"""Runtimes in a folder of ours on a board: finds them, installs one when the user asked, removes.

Each lies in a virtual environment of its own, `<dir>/runtimes/<name>-<version>`; nothing outside of
it is written, nothing is built from source, and only `--provision` installs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.boards.probe import Runtimes, parse_runtimes
from harness.boards.pythons import ASK, PYTHONS
from harness.errors import BoardError, LinkError

if TYPE_CHECKING:
    from harness.transport.base import Transport

TIMEOUT_S = 900.0
LOOK_S = 90.0
_MARK = "harness-runtime"  # holds the runtime's name, written last
_MAX_WORDS = 400

_SEEK = (
    r"""# harness: runtimes
[ -d "$1/runtimes" ] || exit 0
"""
    + ASK
    + r"""
for d in "$1"/runtimes/*; do
  [ -f "$d/$2" ] && IFS= read -r n <"$d/$2" && ask "$d" "$n"
done
exit 0
"""
)

_INSTALL = r"""# harness: provision
d=$1 name=$2 package=$3 mark=$4
fail() { rm -rf "$d"; printf '%s\n' "$1" >&2; exit 1; }
command -v python3 >/dev/null 2>&1 || { echo 'there is no python3' >&2; exit 1; }
rm -rf "$d" && mkdir -p "${d%/*}" || exit 1
if python3 -m pip --version >/dev/null 2>&1; then
  w=$(python3 -m venv --without-pip "$d" 2>&1) || fail "$w"
  pip=python3
else
  # Debian's python3 has neither pip nor what installs it
  w=$(python3 -m venv "$d" 2>&1) || fail 'python3 there has no pip: install python3-pip'
  pip=$d/bin/python3
fi
into=$("$d/bin/python3" -c 'import sysconfig as s; print(s.get_path("purelib"))') || fail 'no venv'
w=$("$pip" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: \
  --target "$into" "$package" 2>&1) || fail "$w"
printf '%s\n' "$name" >"$d/$mark" || fail 'cannot write there'
"""

# nothing that is not ours, however it came there
_REMOVE = r"""# harness: runtimes away
for d in "$1"/runtimes/*; do
  [ -f "$d/$2" ] && [ ! -L "$d" ] && rm -rf "$d" && printf '%s\n' "${d##*/}"
done
rmdir "$1/runtimes" 2>/dev/null
exit 0
"""


def seek(transport: Transport, directory: str) -> Runtimes:
    """Return the runtimes that were installed below `directory`."""
    done = transport.run(["sh", "-c", _SEEK, "sh", directory, _MARK], timeout_s=LOOK_S)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return parse_runtimes([line[1:] for line in lines if line.startswith("|")])


def install(transport: Transport, directory: str, name: str, *, board: str) -> Runtimes:
    """Install a runtime below `directory` and ask it; BoardError has pip's own words."""
    package = PYTHONS[name].package
    folder = f"{directory}/runtimes/{name}-{package.partition('==')[2]}"
    argv = ["sh", "-c", _INSTALL, "sh", folder, name, package, _MARK]
    done = transport.run(argv, timeout_s=TIMEOUT_S)
    if done.status is None:
        raise LinkError(f"the link was lost while {package} was installed", where=board)
    if done.status != 0:
        words = " ".join(done.stderr.decode("utf-8", "replace").split())[-_MAX_WORDS:]
        raise BoardError(f"{package} cannot be installed: {words or 'no words'}", where=board)
    return seek(transport, directory)


def remove(transport: Transport, directory: str) -> tuple[str, ...]:
    """Remove what `install` made below `directory`; returns the folders' names."""
    done = transport.run(["sh", "-c", _REMOVE, "sh", directory, _MARK], timeout_s=LOOK_S)
    return tuple(done.stdout.decode("utf-8", "replace").split())
