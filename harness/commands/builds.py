"""Which runner build is meant: a file, a git revision of the checkout, or the checkout as it is."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness.commands.console import note
from harness.errors import CannotTellError

if TYPE_CHECKING:
    from harness.toolchain.build import Binary

HINT = "give a runner file (see `harness build`) or a git revision of this checkout"


def runner_build(words: str | None, target: str) -> Binary:
    """Return the runner `words` means for `target`; None means the checkout as it is.

    Raises CannotTellError when it is neither a file nor a revision: without it nothing compares.
    """
    from harness.toolchain.build import Binary
    from harness.toolchain.find import runner

    if words is None:
        return runner(target, progress=note)
    path = Path(words).expanduser()
    if path.is_file():
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        return Binary(path=path, sha256=sha256, size_bytes=len(data), target=target)
    return _of_revision(words, target)


def _of_revision(revision: str, target: str) -> Binary:
    from harness.toolchain.build import build

    archive = _archive(revision)
    with tempfile.TemporaryDirectory(prefix="harness-base-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        return build(target=target, kernels_dir=Path(folder) / "kernels", progress=note)


def _archive(revision: str) -> bytes:
    """Return `kernels/` at a revision as a tar; of the harness's checkout, wherever the user is."""
    from harness.toolchain import build

    if revision.startswith("-"):
        raise CannotTellError(f"{revision!r} is no revision", do=HINT)
    checkout = str(build.KERNELS.parent)
    argv = ["git", "-C", checkout, "archive", "--format=tar", revision, "kernels"]
    try:
        done = subprocess.run(argv, capture_output=True, check=False)
    except OSError as error:
        raise CannotTellError(
            f"no runner build {revision!r}: git: {error.strerror}", do=HINT
        ) from None
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip()
        raise CannotTellError(f"no runner build {revision!r}: {words}", do=HINT)
    return done.stdout
