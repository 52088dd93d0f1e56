"""Executed instructions of kernels for boards that are not here: `make count-kernels`."""
