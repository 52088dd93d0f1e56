"""bnn-lab's binary matrix product, called as its own Python calls it."""

import array
import ctypes
import sys

import harness_worker


def main(library_path, a_path, b_path, *sizes):
    m, n, k = map(int, sizes)
    library = ctypes.CDLL(library_path)
    library.binary_gemm_set_num_threads(harness_worker.setting("THREADS") or 1)
    with open(a_path, "rb") as a, open(b_path, "rb") as b:
        x, w = a.read(), b.read()  # rows of 64-bit words, as bnn-lab has them
    out = (ctypes.c_float * (m * n))()

    def infer():
        library.binary_gemm_u64(x, w, out, m, n, (k + 63) // 64, k)
        return out

    def output(result):
        return array.array("i", map(int, result)).tobytes()  # dot products, as the reference

    harness_worker.work(infer, "bnn-lab 1.0.0", "w1a1", output, weights_bytes=len(w))


if __name__ == "__main__":
    main(*sys.argv[1:])
