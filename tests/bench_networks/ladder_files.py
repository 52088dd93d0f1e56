"""A width of the ladder as files: our plans of every scheme, fp32 and int8 for the peers.

All are judged by labels: of the 10,000 test images where the data set is installed, else of the
sample in the repository.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from harness.errors import NetworkError
from harness.networks.ladder import data, sample
from harness.networks.ladder.deploy import CALIBRATION
from harness.networks.ladder.evaluate import pixels, top1
from harness.networks.ladder.files import load
from harness.networks.lowering.lower import lower
from harness.networks.models.fold import fold
from harness.networks.plans.known import is_exact, with_check
from harness.networks.plans.plan import write_plan
from harness.networks.preparing import onnx_forms
from harness.networks.preparing.export_onnx import export_onnx
from harness.networks.zoo.ladder_model import ladder_model
from tests.bench_networks.files import Files, UnavailableError
from tests.bench_networks.goals import LADDER
from tests.bench_networks.judge import Judgement

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Floats = NDArray[np.float32]

_CLASSES, _WORSE = 10, 0.5  # a net that is right less often than that is not the one asked for


class LadderFiles(Files):
    """Files of all nets of a width; `fashion` = the folder of the data set."""

    def __init__(self, network: str, fashion: Path) -> None:
        super().__init__(network)
        self._fashion = fashion

    @property
    def is_trained(self) -> bool:
        """All are."""
        return True

    @property
    def shape(self) -> str:
        """Of one input."""
        return "1x28x28"

    @cached_property
    def _labelled(self) -> tuple[Bytes, Bytes]:
        return self._part("t10k")

    def _part(self, name: str) -> tuple[Bytes, Bytes]:
        try:
            return data.images_and_labels(name, self._fashion)
        except NetworkError:
            return sample.load()

    @cached_property
    def images(self) -> Floats:
        """Inputs [n, 1, 28, 28]."""
        return pixels(self._labelled[0])[:, None]

    def judge(self, made: Floats, precision: str) -> Judgement:
        """Count the right classes."""
        del precision
        labels = self._labelled[1]
        if made.shape != (len(labels), _CLASSES):
            return Judgement(fault=f"outputs of the shape {made.shape}")
        accuracy = top1(made, labels)
        if accuracy < _WORSE:
            return Judgement(fault=f"wrong outputs: top-1 {100 * accuracy:.1f} %")
        words = f"top-1 {100 * accuracy:.2f} % of {len(labels)}"
        return Judgement(words=words, accuracy=accuracy)

    def _made(self, form: str) -> bytes:
        scheme, _, kind = form.rpartition(".")
        width = self.network.removeprefix(LADDER)
        if kind == "plan":
            network = lower(ladder_model(load(scheme, width))).network
            return write_plan(with_check(network) if is_exact(network) else network)
        if kind != "onnx":
            raise UnavailableError(f"{self.network} has no form {form}")
        fp32 = export_onnx(fold(ladder_model(load("fp32", width))))
        if scheme == "fp32":
            return fp32
        # images that are not in the test, where there are any
        calibration = pixels(self._part("train")[0][:CALIBRATION])[:, None]
        return onnx_forms.quantise(fp32, calibration)
