"""Edge-device benchmarking harness for low-bit inference."""

__version__ = "0.1.0"
