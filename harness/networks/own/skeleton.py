"""The sidecar that `networks import` begins for a user: what is known, and what to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.networks.models.model import Model


def skeleton(model: Model) -> str:
    """Return a sidecar's text; it asks for a golden input and output, images stand commented."""
    h, w, c = model.shapes[model.input]
    is_map = (h, w) != (1, 1)
    layout = model.notes.get("input_layout", "n h w c")
    first = layout == "n c h w"
    shape = [1, c, h, w] if first else [1, h, w, c]
    lines = [
        "# what the network reads, and what its outputs are held against; see docs/NETWORKS.md",
        f"inputs: {{shape: {shape if is_map else [1, c]}"
        + (f", layout: {'NCHW' if first else 'NHWC'}}}" if is_map else "}"),
        "golden: {input: ./input.npy, output: ./output.npy}  # of the framework it comes from",
        "metric: max_abs      # or sqnr",
        "tolerance: 0.001",
    ]
    if is_map:
        channels = "grey" if c == 1 else "RGB"
        steps = f"size: [{h}, {w}], channels: {channels}, mean: [0], scale: [0.00392157]"
        lines += [
            "# or labelled images in place of golden:",
            f"# preprocessing: {{{steps}}}",
            "# labels: ./images   # a folder a class, or ./labels.csv with lines image,class",
            "# metric: top1",
        ]
    return "\n".join(lines) + "\n"
