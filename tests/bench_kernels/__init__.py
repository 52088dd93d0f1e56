"""Our kernels beside others' on this machine, in one run: `make bench-kernels`."""
