"""Quantises a float model after training, and the quantisers behind that; trains nothing."""
