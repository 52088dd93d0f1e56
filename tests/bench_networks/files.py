"""One network as the files that ours and each peer read, and what all of them should answer.

Made when asked for, kept under build/bench by a hash of the code that makes them. A form that
cannot be had here is an UnavailableError with the reason.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.errors import HarnessError
from harness.networks.convert.forms import converted
from harness.networks.sources import photos
from harness.networks.zoo.registry import NETWORKS, prepare
from tests.bench_common.program import FOLDER, ROOT
from tests.bench_networks.judge import judge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.bench_networks.judge import Judgement

    Floats = NDArray[np.float32]

_IMAGES, _SEED = 96, 11  # the crops that the registry judges by
_ENDING = {"plan": "raw"}  # of images; other forms read arrays
# ending -> the form that it belongs to
_CONVERTED = {"tflite": "tflite", "param": "ncnn", "bin": "ncnn"}


class UnavailableError(Exception):
    """A file that cannot be had here."""


@dataclass(frozen=True)
class Files:
    """The files of one network of the registry."""

    network: str

    @property
    def is_trained(self) -> bool:
        """Whether agreement means anything."""
        return NETWORKS[self.network].weights_at_hand() == "trained"

    @property
    def shape(self) -> str:
        """Of one input."""
        return NETWORKS[self.network].shape

    @cached_property
    def images(self) -> Floats:
        """Inputs [n, c, h, w]."""
        side = int(self.shape.split("x")[1])
        give = photos.crops if photos.available() else photos.noise
        return give(_IMAGES if self.is_trained else _IMAGES // 12, _SEED, side)

    @cached_property
    def truth(self) -> Floats | None:
        """The outputs for `images` at fp32; None for a network that has no such form."""
        from harness.networks.preparing import onnx_forms

        if "fp32" not in NETWORKS[self.network].schemes:
            return None
        return onnx_forms.run(self.path("fp32.onnx").read_bytes(), self.images, 1)

    def judge(self, made: Floats, precision: str) -> Judgement:
        """Say what outputs for `images` are worth."""
        return judge(self.truth, made, precision, trained=self.is_trained)

    def inputs(self, form: str) -> Path:
        """Return `images` as a form takes them: an array, or bare numbers for a plan."""
        kind = form.rpartition(".")[2]
        last = kind in ("plan", "tflite")
        path = folder() / f"{self.network}.{'nhwc' if last else 'nchw'}.{_ENDING.get(kind, 'npy')}"
        if not path.is_file():
            turned = self.images.transpose(0, 2, 3, 1) if last else self.images
            turned = np.ascontiguousarray(turned)
            if kind == "plan":
                turned.astype("<f4").tofile(path)
            else:
                np.save(path, turned)
        return path

    def path(self, form: str) -> Path:
        """Return `<scheme>.onnx`, `<scheme>.plan` or what else a peer reads."""
        path = folder() / f"{self.network}.{form}"
        if form.endswith(".param"):  # its weights lie beside it
            self.path(form.removesuffix("param") + "bin")
        if not path.is_file():
            try:
                path.write_bytes(self._made(form))
            except HarnessError as error:
                path.unlink(missing_ok=True)
                raise UnavailableError(str(error)) from None
        return path

    def _made(self, form: str) -> bytes:
        scheme, _, kind = form.rpartition(".")
        if kind == "plan":
            found = prepare(self.network, scheme, form="plan").plan
        elif kind == "onnx":
            found = prepare(self.network, scheme, form="onnx").onnx
        elif kind in _CONVERTED:
            found = converted(self.path("fp32.onnx").read_bytes(), _CONVERTED[kind])[kind]
        else:
            found = None
        if found is None:
            raise UnavailableError(f"{self.network} has no form {form}")
        return found


@cache
def folder() -> Path:
    """One folder by the code that fills it; those of older code go."""
    seen = hashlib.sha256()
    for path in sorted((ROOT / "harness" / "networks").rglob("*.py")):
        seen.update(path.read_bytes())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        seen.update(path.read_bytes())
    home = FOLDER / "networks"
    mine = home / seen.hexdigest()[:16]
    for old in home.glob("*"):
        if old != mine:
            shutil.rmtree(old, ignore_errors=True)
    mine.mkdir(parents=True, exist_ok=True)
    return mine
