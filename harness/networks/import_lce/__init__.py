"""Larq Compute Engine's .tflite files to a Model; quantised TFLite is refused, nothing is run."""
