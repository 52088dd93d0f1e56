"""Runs on a board, loaded by timing.py: a float network in ncnn, on the CPU.

ncnn keeps maps and weights in 16 bits by default wherever the CPU has half precision. That is
switched off unless CONFIG asks for it, and what the convolutions really wrote is read back.
"""

import ncnn
import numpy as np

NAME = "ncnn"
INPUT, OUTPUT = "in", "out"
HALF = ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic")
BRAIN = ("use_bf16_packed", "use_bf16_storage")


class Network:
    """One net; each inference makes its own extractor, as users do."""

    version = ncnn.__version__

    def __init__(self, config, threads, input_path, param_path, bin_path):
        self.config = config
        self.net = ncnn.Net()
        options = self.net.opt
        options.use_vulkan_compute = False
        options.num_threads = threads
        # threads that spin after their part hide waiting as CPU time
        if hasattr(options, "openmp_blocktime") and not config["spinning"]:
            options.openmp_blocktime = 0
        wanted = {"fp16": HALF, "bf16": BRAIN}.get(config["storage"], ())
        for name in HALF + BRAIN:
            if hasattr(options, name):
                setattr(options, name, name in wanted)
        if self.net.load_param(param_path) != 0 or self.net.load_model(bin_path) != 0:
            raise RuntimeError("ncnn does not take the network")
        kind = np.dtype(config["input_type"]).newbyteorder("<")
        given = np.fromfile(input_path, dtype=kind).reshape(config["input_shape"])
        self.given = np.ascontiguousarray(given[0])  # the Mat below looks into it
        self.input = ncnn.Mat(self.given)

    def extractor(self):
        extractor = self.net.create_extractor()
        extractor.input(INPUT, self.input)
        return extractor

    def infer(self):
        status, output = self.extractor().extract(OUTPUT)
        if status != 0:
            raise RuntimeError("an inference failed ({})".format(status))
        return np.array(output)

    def executed(self):
        """From the width of what the first, middle and last convolution write, as they keep it.

        Where maps keep 32 bits weights may still have 16 (on x86, in dense layers): with a switch
        of half precision on, that counts as both.
        """
        made = [layer.tops[0] for layer in self.net.layers() if layer.type.startswith("Conv")]
        seen = set()
        for blob in (made[0], made[len(made) // 2], made[-1]) if made else ():
            status, kept = self.extractor().extract(blob, 1)
            seen.add(kept.elembits() if status == 0 else 0)
        options = self.net.opt
        narrow = ["bf16"] if any(getattr(options, name, False) for name in BRAIN) else []
        narrow += ["fp16"] if any(getattr(options, name, False) for name in HALF) else []
        words = {32: [*narrow, "fp32"], 16: narrow}
        found = {word for bits in seen for word in words.get(bits, ["unknown"])}
        return "+".join(sorted(found)) or "unknown"

    def raw(self, output):
        return np.ascontiguousarray(output).astype("<f4").tobytes()


def open_network(config, threads, input_path, model_paths):
    return Network(config, threads, input_path, *model_paths)
