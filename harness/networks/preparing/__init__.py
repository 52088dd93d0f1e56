"""What a board gets of a model: its plan and ONNX forms at each scheme, and what a scheme costs."""
