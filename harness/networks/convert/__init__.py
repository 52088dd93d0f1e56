"""Float networks in the file forms of other runtimes: read from ONNX, written as they want it."""
