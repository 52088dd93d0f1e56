"""Behaves as trtexec 8.5 is documented to: options, log, exported files; computes by onnxruntime.

Not recorded from a board: written after NVIDIA's documentation and published logs. MODE says in
which way it misbehaves.
"""

import json
import sys
import time
from pathlib import Path

MODE = "good"
STAMP = "[11/22/2026-00:00:00] "
WORDS = {"--fp16": "FP16", "--int8": "Int8"}
LATENCY_MS = 1.5


def say(words: str, level: str = "I") -> None:
    """Print a line of the log."""
    sys.stdout.write(f"{STAMP}[{level}] {words}\n")


def fail(words: str) -> None:
    """End as trtexec does when it cannot go on."""
    say(words, "E")
    sys.stdout.write("&&&& FAILED TensorRT.trtexec [TensorRT v8502]" + "\n")
    sys.exit(1)


def layers(options: dict[str, str]) -> list[object]:
    """Return the detailed layer information of a made-up engine."""
    kind = next((word for flag, word in WORDS.items() if flag in options), "FP32")
    if MODE == "fp32-instead":
        kind = "FP32"
    tactic = "sm80_xmma_tf32" if MODE == "tf32" or "--noTF32" not in options else "sm80_xmma"
    if MODE == "names-only":
        return ["conv1"]
    row = "Row major linear {} format"
    return [
        {
            "Name": "Reformatting CopyNode for Input Tensor 0 to conv1",
            "LayerType": "Reformat",
            "Outputs": [{"Name": "r", "Format/Datatype": row.format("FP16")}],
        },
        {
            "Name": "conv1",
            "LayerType": "CaskConvolution",
            "Outputs": [{"Name": "c", "Format/Datatype": row.format(kind)}],
            "TacticName": tactic,
        },
    ]


def build(options: dict[str, str], session: object) -> None:
    """Write the engine: our own form, as TensorRT's is its own."""
    say("=== Build Options ===")
    if "--useDLACore" in options:
        on_gpu = ["REFORMAT: Reformatting CopyNode for Output"]
        if MODE == "gpu-fallback":
            say("[TRT] Layer 'prob' (SOFTMAX): Unsupported on DLA. Switching this layer's device"
                " type to GPU.", "W")  # fmt: skip
            on_gpu.append("SOFTMAX: prob")
        say("[TRT] ---------- Layers Running on DLA ----------")
        if MODE != "no-dla":
            say("[TRT] [DlaLayer] {ForeignNode[conv1...relu10]}")
        say("[TRT] ---------- Layers Running on GPU ----------")
        for words in on_gpu:
            say(f"[TRT] [GpuLayer] {words}")
    Path(options["--exportLayerInfo"]).write_text(json.dumps({"Layers": layers(options)}))
    say("Engine built in 0.1 sec.")
    Path(options["--saveEngine"]).write_bytes(Path(options["--onnx"]).read_bytes())
    name = session.get_inputs()[0].name  # type: ignore[attr-defined]
    say(f"Created input binding for {name} with dimensions 1x3x224x224")


def infer(options: dict[str, str], session: object) -> None:
    """Run once for the output; the times are made up, and take as long as they say."""
    import numpy as np

    entry = session.get_inputs()[0]  # type: ignore[attr-defined]
    name, _, path = options["--loadInputs"].partition(":")
    if name != entry.name:
        fail(f"Cannot find input tensor with name {name}")
    feed = np.fromfile(path, "<f4").reshape(entry.shape)
    output = session.get_outputs()[0]  # type: ignore[attr-defined]
    values = session.run([output.name], {name: feed})[0]  # type: ignore[attr-defined]
    if MODE == "wrong":
        values = values + 1
    count = max(int(options["--iterations"]), int(1e3 * int(options["--duration"]) / LATENCY_MS))
    warm_ms = int(options["--warmUp"])
    rows = []
    for i in range(count + 1):
        # the first lies within the warm-up
        begin = warm_ms * 0.5 if i == 0 else warm_ms + i * LATENCY_MS
        rows.append({"startComputeMs": begin, "endComputeMs": begin + 1.0, "h2dMs": 0.25,
                     "computeMs": 1.0, "d2hMs": 0.25, "latencyMs": LATENCY_MS})  # fmt: skip
    time.sleep(count * LATENCY_MS / 1e3 if MODE != "too-fast-a-life" else 0)
    Path(options["--exportTimes"]).write_text(json.dumps(rows))
    # as C++ streams print floats: six digits
    text = ", ".join(f"{value:.6g}" for value in values.ravel())
    shape = "x".join(map(str, values.shape))
    Path(options["--exportOutput"]).write_text(
        f'[\n  {{ "name" : "{output.name}"\n  , "dimensions" : "{shape}"\n'
        f'  , "values" : [ {text} ]\n  }}\n]\n'
    )


def main() -> None:
    """Options as trtexec takes them: `--key=value`, or `--flag`."""
    import onnxruntime

    sys.stdout.write(
        "&&&& RUNNING TensorRT.trtexec [TensorRT v8502] # " + " ".join(sys.argv) + "\n"
    )
    options = {key: value for key, _, value in (word.partition("=") for word in sys.argv[1:])}
    with Path(__file__).with_name("calls").open("a") as calls:
        calls.write(" ".join(sys.argv[1:]) + "\n")
    if MODE == "no-network":
        fail("ModelImporter.cpp:773: While parsing node number 0: Unsupported operator")
    file = options.get("--onnx") or options["--loadEngine"]
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    if "--onnx" in options:
        build(options, session)
    else:
        say("Engine deserialized in 0.0045 sec.")
        infer(options, session)
    sys.stdout.write("&&&& PASSED TensorRT.trtexec [TensorRT v8502] # " + sys.argv[0] + "\n")


main()
