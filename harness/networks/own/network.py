"""A user's file as a network of the registry: its schemes, its forms, how its outputs are checked.

A float network gets our schemes; one that is quantised already has exactly its own. Figures of
accuracy come from the sidecar; without one only SQNR against fp32 is said, over seeded inputs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from harness.config.network import load_sidecar, sidecar_of
from harness.errors import NetworkError
from harness.networks.models.model import Conv, Dense, Quant, Sign
from harness.networks.own.file import model_of, open_file
from harness.networks.own.inputs import Inputs, inputs_of, noise
from harness.networks.own.layout import laid_out, maps_of, rows
from harness.networks.own.outline import QUANTISED, outline
from harness.networks.own.score import Score, score, sqnr_db
from harness.networks.own.truth import OnnxFile, load_fault
from harness.networks.preparing.float_forms import AS_FLOATS, FloatForms, Made, plan_of
from harness.networks.preparing.network import batch_fault
from harness.networks.preparing.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from harness.config.network import Sidecar
    from harness.networks.lowering.lower import Lowered
    from harness.networks.models.model import Model
    from harness.networks.own.file import NetworkFile

    Floats = NDArray[np.float32]

_NCHW = "n c h w"
_CALIBRATION, _CALIBRATION_SEED = 64, 7
_ONNX_PPM = 50_000  # of 8-bit sums, as onnxruntime rounds them from board to board
_LEAST_PPM, _MOST_PPM = 1, 1_000_000


@dataclass(frozen=True, kw_only=True)
class _Form:
    """One form at one scheme; `rows` gives outputs [n, values] of maps, `layout` that of files."""

    made: Made
    rows: Callable[[Floats], Floats]
    layout: str


@dataclass(frozen=True)
class OwnNetwork:
    """An entry of the registry (see `network`) that is a file; read when it is asked for."""

    path: Path
    packages: tuple[str, ...] = ("numpy", "onnx", "onnxruntime", "pillow", "tflite", "h5py")
    trained: bool = True

    @cached_property
    def file(self) -> NetworkFile:
        """The file's content; NetworkError when it cannot be read."""
        return open_file(self.path)

    @property
    def name(self) -> str:
        """What it is called in plans and records."""
        return self.file.name

    @cached_property
    def unread(self) -> NetworkError | None:
        """Why its layers cannot be taken, None when they can."""
        return self._read if isinstance(self._read, NetworkError) else None

    @cached_property
    def source(self) -> Model:
        """The network as the file says it; only its outline where that is all we take of it.

        NetworkError names what cannot be taken, where it is no file for onnxruntime either.
        """
        if not isinstance(self._read, NetworkError):
            return self._read
        if self.file.kind != "onnx" or load_fault(self.file.data):
            raise self._read
        return replace(outline(self.file.data, where=str(self.path)), name=self.name)

    @cached_property
    def _read(self) -> Model | NetworkError:
        try:
            return model_of(self.file)
        except NetworkError as error:
            return error

    @cached_property
    def sidecar(self) -> Sidecar | None:
        """What the user says of it, if a sidecar lies beside it; ConfigError when that is wrong."""
        path = sidecar_of(self.path)
        return load_sidecar(path) if path.is_file() else None

    @cached_property
    def is_float(self) -> bool:
        """Say whether nothing in it is quantised."""
        return QUANTISED not in self.source.notes and not any(
            isinstance(n, Quant | Sign) or (isinstance(n, Conv | Dense) and n.weights.bits != 32)
            for n in self.source.nodes
        )

    @cached_property
    def lowered(self) -> Lowered | NetworkError:
        """The plan of the network as it is given, or why there is none."""
        from harness.networks.lowering.lower import lower

        if self.unread is not None:
            return self.unread
        try:
            return lower(self.source)
        except NetworkError as error:
            return error

    @cached_property
    def onnx_file(self) -> OnnxFile | None:
        """The file itself where onnxruntime takes it."""
        if self.file.kind != "onnx":
            return None
        held = OnnxFile(self.file.data, self.source)
        return None if held.fault else held

    @cached_property
    def given_scheme(self) -> str:
        """The scheme that the file is in: that of most of its products, floats aside."""
        if self.is_float:
            return "fp32"
        if isinstance(self.lowered, NetworkError):
            return "w8a8"  # what onnxruntime runs of quantised files
        from harness.networks.lowering.count import count

        macs = count(self.lowered.network).macs
        return max(macs, key=lambda s: (s not in AS_FLOATS, macs[s]), default="w8a8")

    @cached_property
    def schemes(self) -> Mapping[str, tuple[str, ...]]:
        """Scheme -> forms; NetworkError when it has neither a plan nor an ONNX form."""
        plan = () if isinstance(self.lowered, NetworkError) else ("plan",)
        found: dict[str, tuple[str, ...]]
        if self.unread is not None:
            found = {self.given_scheme: ("onnx",)}
        elif self.is_float:
            onnx = ("onnx",) if self._exported is not None else ()
            ours = ("onnx",) if onnx or self._as_it_is else ()
            found = {"fp32": ours + plan, "fp16": plan + onnx, "bf16": onnx}
            found |= {"w8a8": onnx + plan, "w4a8": plan}
        else:
            found = {self.given_scheme: plan + (("onnx",) if self.onnx_file is not None else ())}
        made = {scheme: forms for scheme, forms in found.items() if forms}
        if not made and isinstance(self.lowered, NetworkError):
            raise self.lowered
        return made

    @property
    def shape(self) -> str:
        """Channels x height x width."""
        h, w, c = self.source.shapes[self.source.input]
        return f"{c}x{h}x{w}"

    def weights_at_hand(self) -> str:
        """Return "trained": they are the user's."""
        return "trained"

    def obtain(self) -> str:
        """Return "": nothing is ever missing."""
        return ""

    def uses_seed(self) -> bool:
        """Say whether the input depends on the seed: only without a sidecar."""
        return self.sidecar is None

    def state(self) -> tuple[str, ...]:
        """Return what the result depends on beyond the arguments of `make`."""
        return (self.file.sha256, *self._sidecar_state())

    def batch_fault(self, form: str, batch: int) -> str:
        """Return why this batch cannot be, or nothing."""
        if form != "plan" and (self.unread is not None or not self.is_float):
            return "" if batch == 1 else "the file is for one input at a time"
        return batch_fault(form, batch)

    def model(self, scheme: str) -> Model:
        """Return the layers as a plan of this scheme has them."""
        return self._forms().layers(scheme) if self.is_float else self.source

    def inputs(self, seed: int = 0) -> Inputs:
        """Return what it is tried with."""
        where = str(sidecar_of(self.path))
        return inputs_of(self.source, self.sidecar, where=where, seed=seed)

    def truth(self, maps: Floats) -> Floats:
        """Return the outputs [n, values] of the file as it is: onnxruntime's, else our own."""
        import numpy as np

        if self.onnx_file is not None:
            return self.onnx_file.rows(maps)
        if self.is_float and self._exported is not None:
            return self._export_rows(self._forms().fp32(laid_out(maps, _NCHW)))
        from harness.networks.models.evaluate import evaluate

        return np.stack([evaluate(self.source, one)[self.source.output].ravel() for one in maps])

    def make(self, scheme: str, form: str, batch: int, *, input_seed: int) -> Prepared:
        """Return the network with a batch of its inputs; NetworkError where it misses its golden.

        Only the scheme the file is in must meet the tolerance; of others it is said how far.
        """
        inputs = self.inputs(input_seed)
        turns = [i % len(inputs.maps) for i in range(batch)]
        found = self.form(scheme, form, inputs.maps[turns])
        worth, noise_db = None, None
        if not self.is_shortened(scheme, form):
            worth, noise_db = self.worth(scheme, inputs, found.rows)
        made, kind = self._expecting(scheme, found, inputs)
        classes: tuple[int, ...] = ()
        if inputs.labels:
            classes = tuple(int(i) for i in found.rows(inputs.maps[turns]).argmax(axis=1))
        named = all(label < len(self.source.labels) for label in classes)
        ready = made.prepared(
            name=self.name,
            scheme=scheme,
            form=form,
            batch=batch,
            weights="trained",
            check_kind=kind,
        )
        return replace(
            ready,
            accuracy_metric="" if worth is None else worth.metric,
            accuracy_value=None if worth is None else worth.value,
            accuracy_n=0 if worth is None else worth.n,
            accuracy_sqnr_db=noise_db,
            labels=classes,
            label_words=tuple(self.source.labels[i] for i in classes) if named else (),
            input_words=inputs.words,
        )

    def is_shortened(self, scheme: str, form: str) -> bool:
        """Say whether a runtime shortens floats by itself, so that nobody knows their worth."""
        return form == "onnx" and scheme in AS_FLOATS and scheme != self.given_scheme

    def worth(
        self, scheme: str, inputs: Inputs, run: Callable[[Floats], Floats]
    ) -> tuple[Score | None, float | None]:
        """Return the sidecar's metric at this scheme, and the SQNR against the file as it is."""
        is_given, asked = scheme == self.given_scheme, self.sidecar
        if asked is None and is_given:
            return None, None
        truth = self.truth(inputs.maps)
        made = truth if is_given and self.is_float else run(inputs.maps)
        noise_db = None if is_given else sqnr_db(truth, made)
        if asked is None:
            found = Score(metric="sqnr", value=noise_db, n=len(made))
            return (found if noise_db is not None else None), None
        found = score(made, inputs, asked)
        if is_given and not found.meets(asked.tolerance):
            raise NetworkError(
                f"its {found.metric} is {found.value:.6g} over {found.n}, asked for is "
                f"{asked.tolerance:g}",
                where=str(sidecar_of(self.path)),
                do=f"`harness networks check {self.path}` says where they part",
            )
        return found, (None if found.metric == "sqnr" else noise_db)

    def require_inputs(self) -> None:
        """Raise NetworkError now where `make` would: inputs that do not fit, a golden one missed.

        Labelled images are only read: what they add up to takes its time.
        """
        inputs, scheme = self.inputs(), self.given_scheme
        if inputs.golden is not None:
            maps, forms = inputs.maps, self.schemes[scheme]
            self.worth(scheme, inputs, lambda m: self.form(scheme, forms[0], maps).rows(m))

    def form(self, scheme: str, form: str, maps: Floats) -> _Form:
        """Return the network in a form, for as many inputs as `maps` has."""
        images, forms = laid_out(maps, _NCHW), self._forms()
        if form == "plan":
            truth = self.truth(maps) if self.is_float and scheme == "fp32" else None
            made = plan_of(self.model(scheme), images, truth=truth)
            return _Form(made=made, rows=lambda m: made.run(laid_out(m, _NCHW)), layout="n h w c")
        held = self.onnx_file
        is_it = not self.is_float or (scheme == "fp32" and self._as_it_is)
        if held is not None and is_it and len(maps) == 1:
            return self._itself(held, scheme, maps)
        made = forms.onnx(scheme, images)
        return _Form(
            made=made, rows=lambda m: self._export_rows(made.run(laid_out(m, _NCHW))), layout=_NCHW
        )

    def fp32_file(self) -> bytes | None:
        """Return the ONNX file that other runtimes get at fp32, None where there is none."""
        held = self.onnx_file
        if self.is_float and self._as_it_is and held is not None:
            return held.data
        return self._exported if self.is_float else None

    def _itself(self, held: OnnxFile, scheme: str, maps: Floats) -> _Form:
        from harness.networks.lowering.count import products

        ppm = _ONNX_PPM if scheme != "fp32" else 1_000
        made = Made(
            file=held.data,
            input=held.given(maps),
            output=held.run(maps),
            tolerance_ppm=ppm,
            macs={} if self.unread else {scheme: products(self.source)},
            run=held.run,
        )
        return _Form(made=made, rows=held.rows, layout=self.source.notes["output_layout"])

    def _expecting(self, scheme: str, found: _Form, inputs: Inputs) -> tuple[Made, str]:
        """The form with the output it must give: the golden one where a tolerance goes with it."""
        made = found.made
        if made.tolerance_ppm == 0:  # bit for bit is more; the golden output was met above
            return made, "controller-exact"
        asked, golden = self.sidecar, inputs.golden
        if golden is None or asked is None or len(made.input) != 1:
            return made, "controller-photo" if inputs.labels else "controller-seeded"
        largest = float(abs(golden).max())
        if scheme != self.given_scheme or asked.metric != "max_abs" or asked.tolerance is None:
            return made, "controller-golden-input"
        if largest == 0:
            return made, "controller-golden-input"
        ppm = math.ceil(asked.tolerance / largest * 1e6)
        shape = self.source.shapes[self.source.output]
        output = laid_out(golden.reshape(1, *shape), found.layout)
        limit = min(max(ppm, _LEAST_PPM), _MOST_PPM)
        return replace(made, output=output, tolerance_ppm=limit), "controller-golden"

    def _forms(self) -> FloatForms:
        return FloatForms(self.source, lambda: laid_out(self._calibration(), _NCHW))

    def _calibration(self) -> Floats:
        """Inputs to see ranges: those of the sidecar, else noise with a seed of its own."""
        if self.sidecar is None:
            return noise(self.source, _CALIBRATION, _CALIBRATION_SEED)
        return self.inputs().maps[:_CALIBRATION]

    @cached_property
    def _exported(self) -> bytes | None:
        from harness.networks.models.fold import fold
        from harness.networks.preparing.export_onnx import export_onnx

        if self.unread is not None:
            return None
        try:
            return export_onnx(fold(self.source))  # as `FloatForms` does
        except NetworkError:
            return None

    @property
    def _as_it_is(self) -> bool:
        """Whether the user's own file is the fp32 ONNX form."""
        return self.onnx_file is not None and self.onnx_file.has_fixed_batch

    def _export_rows(self, made: Floats) -> Floats:
        return rows(maps_of(made, _NCHW, self.source.shapes[self.source.output]))

    def _sidecar_state(self) -> tuple[str, ...]:
        """Hashes of the sidecar and of what it names; of images their names, sizes and times."""
        asked = self.sidecar
        if asked is None:
            return ()
        try:
            found = [sha256(sidecar_of(self.path).read_bytes()).hexdigest()]
            if asked.golden is not None:
                files = (asked.golden.input, asked.golden.output)
                found += [sha256(path.read_bytes()).hexdigest() for path in files]
            if asked.labels is not None:
                root = asked.labels if asked.labels.is_dir() else asked.labels.parent
                held = [(p, p.stat()) for p in sorted(root.rglob("*")) if p.is_file()]
                listed = "\n".join(f"{p} {s.st_size} {s.st_mtime_ns}" for p, s in held)
                found.append(sha256(listed.encode()).hexdigest())
        except OSError as error:
            words = f"{error.filename}: cannot be read: {error.strerror}"
            raise NetworkError(words, where=str(sidecar_of(self.path))) from None
        return tuple(found)
